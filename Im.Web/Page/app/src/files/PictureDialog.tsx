import type { FileContent } from '@im/client';
import { t } from '../settings/language.ts';
import { client } from '../state/im.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { DownloadIcon } from '../ui/icons.tsx';

/** A picture as large as there is room for. */
export function PictureDialog({ file, onClose }: { file: FileContent; onClose: () => void }) {
  const name = file.name ?? '';
  return (
    <Dialog title={name} onClose={onClose}>
      <div class="picture-view" data-testid="picture-view">
        <img src={client.files.address(file.file)} alt={name} width={file.width} height={file.height} style={{ background: file.color }} />
        <a class="button" href={client.files.address(file.file)} download={name} data-testid="picture-download">
          <DownloadIcon />
          {t.value.download}
        </a>
      </div>
    </Dialog>
  );
}
