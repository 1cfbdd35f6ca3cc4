// Before anything is painted: the theme and language that were chosen here last time.
(() => {
  const root = document.documentElement;
  try {
    const theme = localStorage.getItem("simtune.theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    const language = localStorage.getItem("simtune.language");
    if (language === "fr" || language === "en") root.lang = language;
  } catch {
    // Storage may be forbidden; then the browser's own wishes hold.
  }
})();
