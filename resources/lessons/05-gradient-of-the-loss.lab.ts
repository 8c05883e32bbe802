// lab notebook 1 · title: 5. The gradient of the loss · seed: 42 · threads: 2 · rows: 1000
// %% md id=intro
// # The gradient of the loss
//
// Backpropagation begins at the end: how does the loss change when a prediction changes a little? The answer has a number for each prediction, so **a gradient has the shape of its tensor**. We keep it in `.g`.
//
// For $L = \frac 1 n \sum_i (\hat y_i - y_i)^2$ only the i-th term knows $\hat y_i$:
//
// $$\frac{\partial L}{\partial \hat y_i} = \frac{2}{n} (\hat y_i - y_i)$$
// %% code id=forward title="The loss"
function mse(predictions: Tensor, labels: Tensor) {
  return predictions.squeeze(1).sub(labels).square().mean();
}
// %% exercise id=e1 name=mse_backward title="Backward of the mean square error"
function mse_backward(predictions: Tensor, labels: Tensor) {
  // predictions are (rows, 1), labels (rows). Set predictions.g.
  predictions.g = zeros(...predictions.shape);
}
// %% hint
// Which factors come from the square, and which from the mean? Which shape must `predictions.g` have?
// %% hint
// $\frac 2 n (\hat y - y)$, with n = `predictions.shape[0]!`.
// %% hint
// Subtract as in the forward pass, then make (N) to (N, 1) again: `predictions.squeeze(1).sub(labels).unsqueeze(-1).mul(2 / predictions.shape[0]!)`
// %% check
{
for (const rows of [7, 1]) {
  const predictions = randn(rows, 1), labels = randn(rows);
  check(
    () => {
      const loss = mse(predictions, labels);
      mse_backward(predictions, labels);
      return loss;
    },
    { predictions },
  );
}
}
// %% solution
{
function mse_backward(predictions: Tensor, labels: Tensor) {
  predictions.g = predictions.squeeze(1).sub(labels).unsqueeze(-1).mul(2 / predictions.shape[0]!);
}
}
// %% md id=other
// ## Another loss
//
// The mean absolute error $\frac 1 n \sum_i |\hat y_i - y_i|$ does not care how far off a prediction is, only on which side. Its derivative is $\pm \frac 1 n$.
// %% code id=forward2 title="The mean absolute error"
function mae(predictions: Tensor, labels: Tensor) {
  return predictions.squeeze(1).sub(labels).abs().mean();
}
// %% exercise id=e2 name=mae_backward title="Backward of the mean absolute error"
function mae_backward(predictions: Tensor, labels: Tensor) {
  predictions.g = zeros(...predictions.shape);
}
// %% hint
// What is the derivative of $|x|$, left and right of 0?
// %% hint
// $\frac 1 n \operatorname{sign}(\hat y - y)$; `sign()` is −1, 0 or 1.
// %% hint
// `predictions.squeeze(1).sub(labels).sign().unsqueeze(-1).div(predictions.shape[0]!)`
// %% check
{
for (const rows of [7, 1]) {
  const predictions = randn(rows, 1), labels = randn(rows);
  check(
    () => {
      const loss = mae(predictions, labels);
      mae_backward(predictions, labels);
      return loss;
    },
    { predictions },
  );
}
}
// %% solution
{
function mae_backward(predictions: Tensor, labels: Tensor) {
  predictions.g = predictions.squeeze(1).sub(labels).sign().unsqueeze(-1).div(predictions.shape[0]!);
}
}
