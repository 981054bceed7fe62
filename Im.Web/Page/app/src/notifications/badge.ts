/** That something is unread, where the page's title is not read: on its icon in the tab, and on that of the installed page. */
export function showBadge(unread: number): void {
  const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
  const wanted = unread > 0 ? '/icon-unread.svg' : '/icon.svg';
  if (icon && icon.getAttribute('href') !== wanted) icon.setAttribute('href', wanted);
  void navigator.setAppBadge?.(unread).catch(() => {}); // a page that is not installed has none
}
