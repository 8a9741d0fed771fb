import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Db } from 'mongodb';
import ts from 'typescript';
import { collectionsOf, createIndexes } from '../../../services/catalog/src/db';
import { createDeliveryRepository } from '../../../services/delivery/src/delivery/delivery.repository';
import { root } from '../../workspace';
import type { Column } from './tables';

export interface CollectionFacts {
  name: string;
  fields: readonly Column[];
  /** Each as its keys: `live, createdAt desc`. */
  indexes: readonly string[];
}

type Index = { key: Record<string, unknown>; sparse?: boolean; partialFilterExpression?: object };

/** Where the fields of each collection are declared. */
const DOCUMENTS: Readonly<Record<string, Readonly<Record<string, readonly [file: string, type: string]>>>> = {
  catalog: {
    products: ['services/catalog/src/db.ts', 'ProductDoc'],
    reservations: ['services/catalog/src/db.ts', 'ReservationDoc'],
    pictures: ['services/catalog/src/db.ts', 'PictureDoc'],
    erased_accounts: ['services/catalog/src/db.ts', 'ErasedAccountDoc'],
  },
  delivery: { deliveries: ['services/delivery/src/delivery/delivery.document.ts', 'DeliveryDocument'] },
};

/** The collections of a service with the indexes that it makes when it starts. */
export async function collectionFacts(service: 'catalog' | 'delivery'): Promise<CollectionFacts[]> {
  const made = new Map<string, Index[]>();
  const recording = {
    collection: (name: string) => {
      made.set(name, made.get(name) ?? []);
      return {
        createIndexes: (indexes: Index[]) => {
          made.get(name)?.push(...indexes);
          return Promise.resolve([]);
        },
      };
    },
  } as unknown as Db;
  if (service === 'catalog') await createIndexes(collectionsOf(recording));
  else await createDeliveryRepository({ db: recording, options: {} }).prepare();

  return [...made].map(([name, indexes]) => {
    const declared = DOCUMENTS[service]?.[name];
    if (!declared) throw new Error(`scripts/docs does not know where ${service}.${name} is declared`);
    return { name, fields: fieldsOf(...declared), indexes: indexes.map(indexWords) };
  });
}

function indexWords({ key, sparse, partialFilterExpression }: Index): string {
  const keys = Object.entries(key).map(([name, order]) =>
    order === 'text' ? `${name} (text)` : order === -1 ? `${name} desc` : name,
  );
  return `${keys.join(', ')}${sparse || partialFilterExpression ? ' (partial)' : ''}`;
}

/** The members of an interface, as they are written. */
function fieldsOf(file: string, type: string): Column[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(path.join(root, file), 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const fields: Column[] = [];
  source.forEachChild((node) => {
    if (!ts.isInterfaceDeclaration(node) || node.name.text !== type) return;
    for (const member of node.members) {
      if (!ts.isPropertySignature(member)) continue;
      const name = member.name.getText(source);
      const written = (member.type?.getText(source) ?? '').replace(/\s+/g, ' ');
      fields.push({ name, type: `${written}${member.questionToken ? '?' : ''}`, key: name === '_id' });
    }
  });
  if (fields.length === 0) throw new Error(`${file} declares no ${type}`);
  return fields;
}
