import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { useDeed } from '../rooms/useDeed.ts';
import { failureText, t } from '../settings/language.ts';
import './pictureChoice.css';

const types = 'image/png,image/jpeg,image/webp,image/gif';

/** A picture of somebody or something, and below it how another one is chosen. */
export function PictureChoice({ children, has, save }: { children: ComponentChildren; has: boolean; save: (picture: Blob | null) => Promise<unknown> }) {
  const field = useRef<HTMLInputElement>(null);
  const { act, busy, failure } = useDeed();
  const choose = (picture: Blob | null) => void act(() => save(picture), (error) => t.value.pictureErrors[error.code] ?? failureText(error));
  return (
    <div class="picture-choice" aria-busy={busy} data-testid="picture-choice" data-has={has}>
      {children}
      <p>
        <input ref={field} type="file" accept={types} hidden data-testid="picture-file" onChange={({ currentTarget }) => (currentTarget.files?.[0] && choose(currentTarget.files[0]), (currentTarget.value = ''))} />
        <button type="button" class="link-button" data-testid="picture-set" disabled={busy} onClick={() => field.current?.click()}>{busy ? t.value.wait : has ? t.value.changePicture : t.value.addPicture}</button>
        {has && <button type="button" class="link-button is-danger" data-testid="picture-remove" disabled={busy} onClick={() => choose(null)}>{t.value.removePicture}</button>}
      </p>
      {failure && <p class="field-error" role="alert" data-testid="picture-error">{failure}</p>}
    </div>
  );
}
