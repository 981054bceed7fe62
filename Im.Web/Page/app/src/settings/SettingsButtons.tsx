import { AutoIcon, MoonIcon, SunIcon } from '../ui/icons.tsx';
import { notice } from '../ui/notice.tsx';
import { localeOf, otherLanguage, switchLanguage, t } from './language.ts';
import { switchTheme, theme } from './theme.ts';

const icons = { auto: AutoIcon, light: SunIcon, dark: MoonIcon };

/** The languages' own names: the same whichever is spoken. */
const names = {
  en: { name: 'English', short: 'EN' },
  zh: { name: '简体中文', short: '简' },
  'zh-TW': { name: '繁體中文', short: '繁' },
};

export function SettingsButtons() {
  const Icon = icons[theme.value];
  const other = names[otherLanguage.value];
  const themeLabel = `${t.value.theme.label}: ${t.value.theme[theme.value]}`;
  return (
    <>
      <button
        type="button"
        class="icon-button language"
        data-testid="language"
        lang={localeOf(otherLanguage.value)}
        aria-label={`${t.value.switchLanguage} ${other.name}`}
        title={other.name}
        onClick={() => void switchLanguage().catch(() => notice(t.value.partMissingHint))}
      >
        {other.short}
      </button>
      <button type="button" class="icon-button" data-testid="theme" data-theme-choice={theme.value} aria-label={themeLabel} title={themeLabel} onClick={switchTheme}>
        <Icon />
      </button>
    </>
  );
}
