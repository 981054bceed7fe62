import { isolated } from '../language/isolated.ts';
import { errorText, t } from '../settings/language.ts';
import { client } from '../state/im.ts';
import { CloseIcon, FileIcon } from '../ui/icons.tsx';
import { detach, retryUpload, type Attachment } from './attachments.ts';
import { sizeText } from './sizeText.ts';
import './files.css';

/** What goes along with the text, above it. */
export function Attachments({ list }: { list: readonly Attachment[] }) {
  if (list.length === 0) return null;
  return (
    <ul class="attachments" aria-label={t.value.attached} data-testid="attachments">
      {list.map((each) => (
        <li key={each.key} class="attachment" data-testid="attachment" data-state={each.state}>
          <span class="attachment-face">{each.content?.width ? <img src={client.files.thumbnailAddress(each.content.file)} alt="" /> : <FileIcon />}</span>
          <span class="attachment-about">
            <bdi class="attachment-name">{each.name}</bdi>
            <span class="quiet" role={each.failure ? 'alert' : undefined}>
              {each.failure ? errorText(each.failure) : each.state === 'ready' ? sizeText(each.file.size) : each.state === 'waiting' ? t.value.uploadWaiting : t.value.uploading(Math.floor(100 * each.progress))}
            </span>
            {each.state === 'uploading' && <progress class="attachment-progress" value={each.progress} aria-label={each.name} />}
            {each.failure && each.failure !== 'too_large' && (
              <button type="button" class="link-button" data-testid="attachment-retry" aria-label={`${t.value.retry}: ${isolated(each.name)}`} onClick={() => retryUpload(each.key)}>
                {t.value.retry}
              </button>
            )}
          </span>
          <button type="button" class="icon-button" data-testid="attachment-remove" aria-label={t.value.removeFile(each.name)} title={t.value.removeFile(each.name)} onClick={() => detach(each.key)}>
            <CloseIcon />
          </button>
        </li>
      ))}
    </ul>
  );
}
