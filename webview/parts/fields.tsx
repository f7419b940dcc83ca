/** @file Form rows: a label, a control, and what is wrong with its value said right below it. */
import './vscodeElements';
import type { ComponentChildren } from 'preact';

interface FieldProps {
  readonly name: string;
  readonly label: string;
  /** In grey after the label: a unit or what an empty field means. */
  readonly note?: string;
  readonly error?: string;
}

function FieldRow({
  name,
  label,
  note,
  error,
  children,
}: FieldProps & { readonly children: ComponentChildren }) {
  return (
    <div class="field">
      <div class="field-label">
        {label}
        {note && <span class="muted"> {note}</span>}
      </div>
      {children}
      {error && (
        <div class="field-error" id={`${name}-error`} role="alert">
          {error}
        </div>
      )}
    </div>
  );
}

interface TextFieldProps extends FieldProps {
  readonly value: string;
  readonly placeholder?: string;
  readonly onChange: (value: string) => void;
}

export function TextField(props: TextFieldProps) {
  const { name, label, note, value, placeholder, error, onChange } = props;
  return (
    <FieldRow {...props}>
      <vscode-textfield
        id={name}
        label={note ? `${label}, ${note}` : label}
        value={value}
        placeholder={placeholder ?? ''}
        invalid={error !== undefined}
        aria-describedby={`${name}-error`}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </FieldRow>
  );
}

interface SelectFieldProps<Value extends string> extends FieldProps {
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly onChange: (value: Value) => void;
}

export function SelectField<Value extends string>(props: SelectFieldProps<Value>) {
  const { name, label, value, options, onChange } = props;
  return (
    <FieldRow {...props}>
      <vscode-single-select
        id={name}
        label={label}
        onChange={(event) => {
          const chosen = options.find((option) => option.value === event.currentTarget.value);
          if (chosen) onChange(chosen.value);
        }}
      >
        {options.map((option) => (
          <vscode-option key={option.value} value={option.value} selected={option.value === value}>
            {option.label}
          </vscode-option>
        ))}
      </vscode-single-select>
    </FieldRow>
  );
}

interface CheckFieldProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function CheckField({ label, checked, onChange }: CheckFieldProps) {
  return (
    <vscode-checkbox
      label={label}
      checked={checked}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}
