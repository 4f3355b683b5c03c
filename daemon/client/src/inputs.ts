// What an input holds, as a typed value, and back.
//
//   number, range          a number; null while empty
//   checkbox               true or false
//   radio                  the value of the chosen one of its group
//   select multiple        the list of chosen values
//   everything else        text

type Input = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

export function readInput(element: Element): unknown {
  const input = element as HTMLInputElement;
  switch (input.type) {
    case "number":
    case "range":
      return Number.isNaN(input.valueAsNumber) ? null : input.valueAsNumber;
    case "checkbox":
      return input.checked;
    case "select-multiple":
      return Array.from((element as HTMLSelectElement).selectedOptions, (option) => option.value);
    default:
      return input.value;
  }
}

/** Writes only what differs: writing the same text would move the caret. */
export function writeInput(element: Element, value: unknown): void {
  const input = element as HTMLInputElement;
  if (input.type === "checkbox") input.checked = Boolean(value);
  else if (input.type === "radio") input.checked = input.value === String(value);
  else if (input.type === "select-multiple") {
    const chosen = Array.isArray(value) ? value.map(String) : [];
    for (const option of (element as HTMLSelectElement).options) option.selected = chosen.includes(option.value);
  } else if (!Object.is(readInput(input), value)) input.value = value == null ? "" : String(value);
}

/** The fields of a form by name, as `submit` sends them. A name that stands more than once gives a list. */
export function readForm(form: HTMLFormElement, submitter: HTMLElement | null): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  const seen = new Set<string>();
  for (const element of form.elements) {
    const input = element as Input;
    const { name, type } = input;
    if (!name || input.disabled || type === "file" || type === "fieldset" || type === "output") continue;
    if (type === "radio" && !(input as HTMLInputElement).checked) continue;
    if (/^(submit|button|reset|image)$/.test(type) && input !== submitter) continue;
    const value = readInput(input);
    if (!seen.has(name)) fields[name] = value;
    else fields[name] = ([] as unknown[]).concat(fields[name], value);
    seen.add(name);
  }
  return fields;
}
