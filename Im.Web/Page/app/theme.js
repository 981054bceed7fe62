// Before anything is painted: who chose dark sees no light page first. A file of its own, because the content security policy allows nothing inline.
try {
  document.documentElement.dataset.theme = localStorage.getItem('im.theme') ?? 'auto';
} catch {
  // A browser that lets nothing be stored: as the system.
}
