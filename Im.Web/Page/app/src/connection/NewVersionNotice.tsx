import { isOutdated } from '../offline/newVersion.ts';
import { t } from '../settings/language.ts';
import './notice.css';

/** Says that the server has a newer page. It goes on with the old one for as long as one likes. */
export function NewVersionNotice() {
  return (
    <div class="notice" role="status" data-testid="new-version" data-shown={isOutdated.value}>
      {isOutdated.value && (
        <>
          <p>{t.value.newVersion}</p>
          <button type="button" class="link-button" data-testid="new-version-reload" onClick={() => location.reload()}>
            {t.value.reload}
          </button>
        </>
      )}
    </div>
  );
}
