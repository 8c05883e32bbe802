/** A new notebook with an activation, a loss and a layer that work: each is checked, and the other views offer them. */
export const PARTS_TEXT = `// lab notebook 1 · title: Parts of my own · seed: 42 · threads: 2 · rows: 1000
// %% md id=text
// # Parts of my own
//
// Change them and run the cells (Ctrl+Enter): the check says whether a backward pass is right, and which mistake it
// has. Train, Gradients, Backward and Initialise then offer them by their names.
// %% code id=activation title="An activation, forward and backward"
const bend = activation(
  "bend",
  (z) => z.mul(z.sigmoid()),
  // dy is the gradient of what came out. Without this function the lab derives the backward.
  (z, dy) => {
    const s = z.sigmoid();
    return dy.mul(s.add(z.mul(s).mul(sub(1, s))));
  },
);
checkLayer(bend, { x: randn(6, 4) });
// %% code id=loss title="A loss of one number y and its target t; the mean is taken by itself"
lossFunction("cauchy", (y, t) => y.sub(t).square().add(1).log());
// %% code id=layer title="A layer made of others, for n values that come in"
ownLayer("block", (n) => new nn.Residual(new nn.Sequential(new nn.Linear(n, n), bend)));
// %% code id=backward title="A layer, forward and backward"
const dense = ownLayer(
  "dense",
  (n) => new nn.Sequential(new nn.Linear(n, n), new nn.Tanh()),
  // y.g is the gradient of what came out. Without this function every gradient is the lab's own.
  (layer, x, y) => {
    const { weight, bias } = layer.layers[0] as nn.Linear;
    const dz = y.g!.mul(sub(1, y.square()));
    x.g = dz.matmul(weight);
    weight.g = dz.t().matmul(x);
    bias.g = dz.sum({ dim: 0 });
  },
);
checkLayer(dense(4), { x: randn(6, 4) });
`;
