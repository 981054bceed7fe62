import { AutoIcon, MoonIcon, SunIcon } from '../ui/icons.tsx';
import { dictionaryOf, localeOf, otherLanguage, switchLanguage, t } from './language.ts';
import { switchTheme, theme } from './theme.ts';

const icons = { auto: AutoIcon, light: SunIcon, dark: MoonIcon };

export function SettingsButtons() {
  const Icon = icons[theme.value];
  const other = dictionaryOf(otherLanguage.value);
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
        onClick={switchLanguage}
      >
        {other.short}
      </button>
      <button type="button" class="icon-button" data-testid="theme" data-theme-choice={theme.value} aria-label={themeLabel} title={themeLabel} onClick={switchTheme}>
        <Icon />
      </button>
    </>
  );
}
