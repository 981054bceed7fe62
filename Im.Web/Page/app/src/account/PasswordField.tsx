import { useState } from 'preact/hooks';
import { t } from '../settings/language.ts';
import { Field, type FieldProps } from '../ui/Field.tsx';
import { EyeIcon, EyeOffIcon } from '../ui/icons.tsx';

/** A password, which can be looked at. */
export function PasswordField(field: Omit<FieldProps, 'type' | 'after'>) {
  const [shown, setShown] = useState(false);
  return (
    <Field
      {...field}
      type={shown ? 'text' : 'password'}
      required
      after={
        <button type="button" class="icon-button" aria-label={shown ? t.value.hidePassword : t.value.showPassword} aria-pressed={shown} onClick={() => setShown(!shown)}>
          {shown ? <EyeOffIcon /> : <EyeIcon />}
        </button>
      }
    />
  );
}
