import type { ComponentChildren, ComponentProps } from 'preact';
import { useId } from 'preact/hooks';

export type FieldProps = Omit<ComponentProps<'input'>, 'type' | 'role'> & {
  type?: 'text' | 'password';
  label: string;
  aside?: string;
  hint?: string | undefined;
  error?: string | undefined;
  /** Stands inside the field, at its end. */
  after?: ComponentChildren;
};

/** A labelled input whose error stands beside it and is read with it. */
export function Field({ label, aside, hint, error, after, ...input }: FieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>
        {label}
        {aside && <span class="quiet"> · {aside}</span>}
      </label>
      <div class="field-box">
        <input id={id} aria-invalid={error !== undefined} aria-describedby={`${id}-note`} {...(input as ComponentProps<'input'>)} />
        {after}
      </div>
      <p id={`${id}-note`} class={error ? 'field-error' : 'quiet'} role={error ? 'alert' : undefined}>
        {error ?? hint}
      </p>
    </div>
  );
}
