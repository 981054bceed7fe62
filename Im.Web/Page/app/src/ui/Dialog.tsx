import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../settings/language.ts';
import { openLayer } from '../state/layers.ts';
import { CloseIcon } from './icons.tsx';
import './dialog.css';

/** A modal dialog. The browser keeps the focus in it, closes it on Esc and gives the focus back; Back closes it, too. */
export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ComponentChildren }) {
  const element = useRef<HTMLDialogElement>(null);
  const close = useRef(onClose);
  close.current = onClose;
  const id = useId();
  useLayoutEffect(() => {
    const dialog = element.current!;
    const closed = () => close.current();
    // Whoever opened it hears of Esc at once. `close` comes later, when it may have been opened again; it is for a browser that asks nobody.
    const cancelled = (event: Event) => {
      if (event.target !== dialog) return;
      event.preventDefault();
      closed();
    };
    dialog.addEventListener('cancel', cancelled);
    dialog.addEventListener('close', closed);
    dialog.showModal();
    const removeLayer = openLayer(closed);
    return () => {
      dialog.removeEventListener('close', closed);
      dialog.close(); // taken away without it, it would take the focus along
      removeLayer();
    };
  }, []);
  return (
    <dialog ref={element} class="dialog" aria-labelledby={id} onMouseDown={(event) => event.target === event.currentTarget && onClose()}>
      <div class="dialog-sheet">
        <header class="dialog-head">
          <h2 id={id}>{title}</h2>
          <button type="button" class="icon-button" aria-label={t.value.close} onClick={onClose}>
            <CloseIcon />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
