import ts from "typescript";

/** A condition that is a tensor, by where it stands in the file, and what to write instead. */
export interface TensorCondition {
  readonly start: number;
  readonly length: number;
  readonly message: string;
}

/** What is asked whether it is true, of an expression that stands as a condition. */
function asked(condition: ts.Expression): readonly ts.Expression[] {
  if (ts.isParenthesizedExpression(condition)) return asked(condition.expression);
  if (ts.isPrefixUnaryExpression(condition) && condition.operator === ts.SyntaxKind.ExclamationToken) {
    return asked(condition.operand);
  }
  if (isEither(condition)) return [...asked(condition.left), ...asked(condition.right)];
  return [condition];
}

const isEither = (node: ts.Node): node is ts.BinaryExpression =>
  ts.isBinaryExpression(node) &&
  [ts.SyntaxKind.AmpersandAmpersandToken, ts.SyntaxKind.BarBarToken].includes(node.operatorToken.kind);

/** The expression that a piece of syntax takes for a yes or no. */
function conditionOf(node: ts.Node): ts.Expression | undefined {
  if (ts.isIfStatement(node) || ts.isWhileStatement(node) || ts.isDoStatement(node)) return node.expression;
  if (ts.isForStatement(node) || ts.isConditionalExpression(node)) return node.condition;
  if (ts.isPrefixUnaryExpression(node)) return node;
  if (isEither(node)) return node.left;
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "assert") {
    return node.arguments[0];
  }
  return undefined;
}

/** Whether it may be empty, whatever its type says: a field, or a variable that begins without a value. */
function mayBeEmpty(node: ts.Expression, checker: ts.TypeChecker): boolean {
  if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) return true;
  const declared = ts.isIdentifier(node) ? checker.getSymbolAtLocation(node)?.valueDeclaration : undefined;
  return declared !== undefined && ts.isVariableDeclaration(declared) && declared.initializer === undefined;
}

/**
 * The conditions whose type is a tensor: JavaScript takes it for true whatever it holds. One that may be null or
 * empty is asked whether it is there, and left alone.
 *
 * @param preludeFile Where the tensor language is declared: a person's own class may be called Tensor too.
 */
export function tensorConditions(
  file: ts.SourceFile,
  checker: ts.TypeChecker,
  preludeFile: string,
): readonly TensorCondition[] {
  const isTensor = (node: ts.Expression): boolean => {
    const symbol = checker.getTypeAtLocation(node).getSymbol();
    return (
      symbol?.name === "Tensor" &&
      symbol.declarations?.some((one) => one.getSourceFile().fileName === preludeFile) === true
    );
  };
  const found = new Map<ts.Expression, TensorCondition>();
  const visit = (node: ts.Node): void => {
    const condition = conditionOf(node);
    // A minus asks nothing.
    if (condition !== undefined && !(ts.isPrefixUnaryExpression(node) && asked(condition)[0] === node)) {
      for (const one of asked(condition)) {
        if (!isTensor(one) || mayBeEmpty(one, checker)) continue;
        const text = one.getText(file);
        found.set(one, {
          start: one.getStart(file),
          length: one.getWidth(file),
          message:
            `${text} is a tensor, and no condition: JavaScript takes it for true whatever it holds. For each element ` +
            `write where(${text}, yes, no) or ${text}.mul(…); a single number comes by .item().`,
        });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return [...found.values()];
}
