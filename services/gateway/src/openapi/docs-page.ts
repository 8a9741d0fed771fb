import { templateOf, type Operation } from '@bramble/contracts/operation';

type Json = Record<string, unknown>;

const escape = (text: string) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const style = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2.5rem; text-transform: capitalize; }
details { border-top: 1px solid var(--line); padding: .5rem 0; }
summary { cursor: pointer; display: grid; grid-template-columns: 5rem 1fr auto; gap: .75rem; align-items: baseline; }
code, pre { font: .875rem/1.45 ui-monospace, monospace; }
pre { overflow: auto; max-height: 28rem; padding: .75rem; border: 1px solid var(--line); border-radius: .375rem; }
.method { font-weight: 600; text-transform: uppercase; }
.who { opacity: .75; font-size: .875rem; }
`;

const block = (title: string, value: unknown) =>
  `<h4>${escape(title)}</h4><pre tabindex="0">${escape(JSON.stringify(value, null, 2))}</pre>`;

function section(operation: Operation, described: Json): string {
  const who = Array.isArray(operation.access) ? operation.access.join(', ') : String(operation.access);
  const { parameters, requestBody, responses } = described as {
    parameters: Json[];
    requestBody?: { content: Record<string, { schema: unknown }> };
    responses: Record<string, { content?: Record<string, { schema: unknown }> }>;
  };
  const bodies = Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) =>
    block(`Send ${type}`, schema),
  );
  const answers = Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .map(([status, { content }]) => {
      const [schema] = Object.values(content ?? {});
      return schema ? block(`Answer ${status}`, schema.schema) : `<h4>Answer ${status}, empty</h4>`;
    });
  const errors = Object.keys(responses).filter((status) => !status.startsWith('2'));
  return `<details><summary><span class="method">${operation.method}</span><span><code>${escape(operation.path)}</code> ${escape(operation.summary)}</span><span class="who">${escape(who)}</span></summary>${
    parameters.length > 0 ? block('Parameters', parameters) : ''
  }${bodies.join('')}${answers.join('')}<p>Errors: ${errors.join(', ')}</p></details>`;
}

/** A page to browse the contract by; it needs no script and loads nothing. */
export function docsPage(operations: readonly Operation[], document: Json): string {
  const paths = document['paths'] as Record<string, Record<string, Json>>;
  const { schemas } = document['components'] as { schemas: Record<string, Json> };
  const tags = [...new Set(operations.map(({ tag }) => tag))];
  const sections = tags.map((tag) => {
    const entries = operations
      .filter((operation) => operation.tag === tag)
      .map((operation) => {
        return section(operation, paths[templateOf(operation.path)]?.[operation.method] ?? {});
      });
    return `<h2>${escape(tag)}</h2>${entries.join('')}`;
  });
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Bramble API</title><style>${style}</style></head><body><main><h1>Bramble API</h1><p>The machine-readable contract is <a href="/api/openapi.json">openapi.json</a>. Who may call stands at the right.</p>${sections.join('')}<h2>schemas</h2>${Object.entries(
    schemas,
  )
    .map(
      ([name, schema]) => `<details id="${name}"><summary>${name}</summary>${block(name, schema)}</details>`,
    )
    .join('')}</main></body></html>`;
}
