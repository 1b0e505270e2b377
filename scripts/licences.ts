import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const modules = 'node_modules/';
const licenceFile = /^(licen[cs]e|copying|notice)/i;

/** Folders of the packages that these input files of a bundle come from, sorted, each once. */
export function bundledPackages(inputs: readonly string[]): string[] {
  const folders = inputs.flatMap((input) => {
    const start = input.lastIndexOf(modules);
    if (start < 0) return [];
    const [scope = '', name = ''] = input.slice(start + modules.length).split('/');
    return [input.slice(0, start) + modules + (scope.startsWith('@') ? `${scope}/${name}` : scope)];
  });
  return [...new Set(folders)].sort();
}

/** Name, version, licence and licence text of every package, which their licences ask to go with a copy. */
export async function licenceTexts(root: string, packages: readonly string[]): Promise<string> {
  const entries = await Promise.all(packages.map(async (folder) => licenceText(join(root, folder))));
  return entries.join(`\n${'-'.repeat(80)}\n\n`);
}

async function licenceText(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string;
  };
  const files = (await readdir(folder)).filter((file) => licenceFile.test(file)).sort();
  const texts = await Promise.all(files.map(async (file) => readFile(join(folder, file), 'utf8')));
  return `${name} ${version} (${license ?? 'licence not named'})\n\n${texts.map((text) => text.trim()).join('\n\n')}\n`;
}
