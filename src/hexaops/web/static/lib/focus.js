// What takes the place of the button that was pressed takes the keyboard's focus too; else it would be lost.
import { useEffect, useRef } from "./html.js";

/** A ref of an element with `tabindex="-1"`, which is focused when it appears. */
export function useFocus(wanted) {
  const element = useRef(null);
  useEffect(() => {
    if (wanted) element.current?.focus();
  }, []);
  return element;
}
