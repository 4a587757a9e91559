// Light, dark, or as the system says.
import { signal, effect } from "./html.js";

const KEY = "hexaops.theme";
export const theme = signal(localStorage.getItem(KEY) ?? "system");
export const THEMES = ["system", "light", "dark"];

effect(() => {
  if (theme.value === "system") {
    delete document.documentElement.dataset.theme;
    localStorage.removeItem(KEY);
  } else {
    document.documentElement.dataset.theme = theme.value;
    localStorage.setItem(KEY, theme.value);
  }
});
