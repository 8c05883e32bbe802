import { memo, type ReactNode } from "react";
import Markdown from "react-markdown";
import remarkMath from "remark-math";
import { withDisplayFormulas } from "../../../shared/documents/display-formulas.ts";
import { Formula } from "../../ui/formula.tsx";
import { CodeBlock } from "../../ui/code-block.tsx";
import classes from "./markdown-text.module.css";

/** Longer texts are shown as they stand: the parser's time grows faster than its text. */
const MOST_CHARACTERS = 20_000;

/** A link's address is shown; nothing opens, for the app has no network. */
const link = ({ children, href }: { children?: ReactNode; href?: string | undefined }) => (
  <span className={classes["link"]} title={href}>
    {children}
    {href !== undefined && <span className={classes["address"]}> ({href})</span>}
  </span>
);

const code = ({ children, className }: { children?: ReactNode; className?: string | undefined }) => {
  const text = typeof children === "string" ? children : "";
  if (className?.includes("math-display") === true) return <Formula source={text} />;
  if (className?.includes("math-inline") === true) return <Formula source={text} inline />;
  if (className?.startsWith("language-") === true) return <CodeBlock code={text} label="Code in the text" />;
  return <code>{children}</code>;
};

/** Headings of the text stand below the notebook's title. */
const heading =
  (Level: "h2" | "h3" | "h4") =>
  ({ children }: { children?: ReactNode }) => <Level>{children}</Level>;

/** Markdown with formulas between $ and $$. HTML in it stays text, pictures are `data:` PNG only. */
export const MarkdownText = memo(function MarkdownText({ source }: { readonly source: string }) {
  if (source.length > MOST_CHARACTERS) return <pre className={classes["plain"]}>{source}</pre>;
  return (
    <div className={classes["text"]}>
      <Markdown
        remarkPlugins={[remarkMath]}
        urlTransform={(url) => url}
        components={{
          a: link,
          code,
          pre: ({ children }) => <>{children}</>,
          h1: heading("h2"),
          h2: heading("h3"),
          h3: heading("h4"),
          h4: heading("h4"),
          h5: heading("h4"),
          h6: heading("h4"),
          img: ({ src, alt }) =>
            typeof src === "string" && src.startsWith("data:image/png;base64,") ? (
              <img src={src} alt={alt ?? ""} />
            ) : (
              <span className={classes["address"]}>[picture: {alt}]</span>
            ),
        }}
      >
        {withDisplayFormulas(source)}
      </Markdown>
    </div>
  );
});
