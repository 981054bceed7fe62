/** Puts a text on the clipboard. Where the page was not served securely the browser has the old way only. @returns false where neither is allowed. */
export async function copyText(text: string): Promise<boolean> {
  try {
    if (navigator.clipboard) return await navigator.clipboard.writeText(text).then(() => true);
  } catch {
    // The old way may still be allowed.
  }
  const give = (event: ClipboardEvent) => {
    event.clipboardData?.setData('text/plain', text);
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  addEventListener('copy', give, { capture: true, once: true });
  const done = document.execCommand('copy');
  removeEventListener('copy', give, { capture: true });
  return done;
}
