/** Makes copied selections carry every digit of the numbers in them, and tables their columns. */
export function copyExactNumbers(): () => void {
  const onCopy = (event: ClipboardEvent) => {
    const selection = getSelection();
    if (selection === null || selection.isCollapsed || event.clipboardData === null) return;
    const text = exactText(selection.getRangeAt(0));
    if (text === null) return;
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
  };
  document.addEventListener("copy", onCopy);
  return () => document.removeEventListener("copy", onCopy);
}

/** Null where the selection holds no rounded number: then the page's own text is right. */
function exactText(range: Range): string | null {
  const start = range.commonAncestorContainer;
  const inside = (start instanceof Element ? start : start.parentElement)?.closest<HTMLElement>(
    "[data-exact]",
  );
  if (inside?.dataset["exact"] !== undefined) return inside.dataset["exact"];
  const fragment = range.cloneContents();
  const numbers = fragment.querySelectorAll<HTMLElement>("[data-exact]");
  if (numbers.length === 0) return null;
  for (const number of numbers) number.textContent = number.dataset["exact"] ?? number.textContent;
  const rows = [...fragment.querySelectorAll("tr")];
  const text =
    rows.length === 0
      ? fragment.textContent
      : rows.map((row) => [...row.children].map((cell) => cell.textContent.trim()).join("\t")).join("\n");
  return text;
}
