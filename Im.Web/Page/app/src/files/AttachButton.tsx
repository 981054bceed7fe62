import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../settings/language.ts';
import type { ChatKey } from '../state/route.ts';
import { ClipIcon } from '../ui/icons.tsx';
import { attach } from './attachments.ts';

/** Picks files; and takes what is dropped anywhere on the page. */
export function AttachButton({ chat, onAttach }: { chat: ChatKey; onAttach: () => void }) {
  const input = useRef<HTMLInputElement>(null);
  const [dragged, setDragged] = useState(false);
  const take = (files: Iterable<File> | null | undefined) => {
    attach(chat, files ?? []);
    onAttach();
  };
  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') && !document.querySelector('dialog[open]');
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setDragged(true);
    };
    const leave = (event: DragEvent) => event.relatedTarget === null && setDragged(false);
    const drop = (event: DragEvent) => {
      setDragged(false);
      if (!hasFiles(event)) return;
      event.preventDefault(); // the browser would leave the page for the file
      take(event.dataTransfer?.files);
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, [chat]);
  return (
    <>
      <button type="button" class="icon-button composer-begin" data-testid="attach" aria-label={t.value.attach} title={t.value.attach} onClick={() => input.current!.click()}>
        <ClipIcon />
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        data-testid="attach-input"
        onChange={({ currentTarget }) => {
          take(currentTarget.files);
          currentTarget.value = ''; // the same one may be picked again
        }}
      />
      {dragged && (
        <p class="drop-here" data-testid="drop-here">
          {t.value.dropFiles}
        </p>
      )}
    </>
  );
}
