/** A rounded number: every digit on hover, and in the clipboard when it is copied with a selection. */
export function ExactText({ text, exact }: { readonly text: string; readonly exact: string }) {
  return (
    <span className="mono" data-exact={exact} title={exact}>
      {text}
    </span>
  );
}
