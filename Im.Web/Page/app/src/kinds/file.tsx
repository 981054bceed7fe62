import { contentOf, type FileContent, type Line } from '@im/client';
import { useState } from 'preact/hooks';
import { sizeText } from '../files/sizeText.ts';
import { shownSize } from '../files/shownSize.ts';
import { isolated } from '../language/isolated.ts';
import { t } from '../settings/language.ts';
import { client } from '../state/im.ts';
import { Formatted, plainText } from '../text/Formatted.tsx';
import { DownloadIcon, FileIcon } from '../ui/icons.tsx';
import { lazyDialog } from '../ui/lazy.tsx';
import { exactText } from '../ui/times.ts';
import type { KindView } from './kinds.ts';
import '../files/files.css';

const PictureDialog = lazyDialog(() => import('../files/PictureDialog.tsx').then((it) => it.PictureDialog));

/** A picture, which opens larger, or a card to download a file by; with what was said of it. */
function FileBody({ line }: { line: Line }) {
  const file = contentOf(line, 'file');
  if (!file) return null;
  return (
    <div class="bubble bubble-file" title={exactText(line.at)}>
      {shownSize(file) ? <Picture file={file} /> : <Card file={file} />}
      {file.caption && (
        <div class="file-caption" data-testid="file-caption">
          <Formatted text={file.caption} names={[]} />
        </div>
      )}
    </div>
  );
}

function Picture({ file }: { file: FileContent }) {
  const [open, setOpen] = useState(false);
  const { width, height } = shownSize(file)!;
  const name = file.name ?? t.value.picture;
  return (
    <>
      <button
        type="button"
        class="picture"
        data-testid="picture"
        aria-label={t.value.openPicture(name)}
        style={{ width: `${width}px`, aspectRatio: `${width} / ${height}`, background: file.color }}
        onClick={() => setOpen(true)}
      >
        <img src={client.files.thumbnailAddress(file.file)} alt={name} width={width} height={height} loading="lazy" decoding="async" />
      </button>
      {open && <PictureDialog file={file} onClose={() => setOpen(false)} />}
    </>
  );
}

function Card({ file }: { file: FileContent }) {
  const name = file.name ?? t.value.file;
  return (
    <a class="file-card" href={client.files.address(file.file)} download={name} data-testid="file-card">
      <span class="file-face">
        <FileIcon />
      </span>
      <span class="file-about">
        <bdi class="file-name">{name}</bdi>
        <span class="file-size">{file.size !== undefined && sizeText(file.size)}</span>
      </span>
      <DownloadIcon />
      <span class="visually-hidden">{t.value.download}</span>
    </a>
  );
}

export const fileView: KindView = {
  Body: FileBody,
  preview: (line) => {
    const file = contentOf(line, 'file');
    const what = file?.width ? t.value.picture : `${t.value.file}: ${isolated(file?.name ?? '')}`;
    return file?.caption ? `${what} · ${plainText(file.caption)}` : what;
  },
};
