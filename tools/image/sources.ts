import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** An archive of binary packages that apt is told to use. */
export interface AptSource {
	uri: string;
	suite: string;
	components: string[];
}

/** Reads the one-line format of sources.list(5): `deb [OPTIONS] URI SUITE COMPONENT...`. */
export function parseSourcesList(text: string): AptSource[] {
	const sources: AptSource[] = [];
	for (const line of text.split('\n')) {
		const match = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)((?:\s+[^\s#]+)*)/.exec(line);
		if (match === null) continue;
		const [, uri = '', suite = '', components = ''] = match;
		sources.push({ uri, suite, components: components.split(/\s+/).filter((name) => name !== '') });
	}
	return sources;
}

/** Reads the deb822 format of sources.list(5): stanzas of fields, continued by lines that begin with a blank. */
export function parseDeb822(text: string): AptSource[] {
	const sources: AptSource[] = [];
	const withoutComments = text.replace(/^#.*\n?/gm, '');
	for (const stanza of withoutComments.split(/\n[ \t]*\n/)) {
		const fields = new Map<string, string[]>();
		for (const line of stanza.replace(/\n[ \t]+/g, ' ').split('\n')) {
			const match = /^([\w-]+):\s*(.*)$/.exec(line);
			if (match?.[1] === undefined) continue;
			fields.set(
				match[1].toLowerCase(),
				(match[2] ?? '').split(/\s+/).filter((word) => word !== ''),
			);
		}
		const words = (field: string) => fields.get(field) ?? [];
		if (!words('types').includes('deb') || words('enabled')[0] === 'no') continue;
		for (const uri of words('uris')) {
			for (const suite of words('suites')) sources.push({ uri, suite, components: words('components') });
		}
	}
	return sources;
}

/** The archives that a host uses, from its configuration alone: its index may never have been fetched. */
export function hostSources(folder = '/etc/apt'): AptSource[] {
	const read = (file: string) => {
		try {
			return readFileSync(path.join(folder, file), 'utf8');
		} catch {
			return '';
		}
	};
	let parts: string[] = [];
	try {
		parts = readdirSync(path.join(folder, 'sources.list.d')).sort();
	} catch {
		// A host may have the one file alone.
	}
	const inFolder = (suffix: string) =>
		parts.filter((name) => name.endsWith(suffix)).map((name) => read(`sources.list.d/${name}`));
	return [
		...[read('sources.list'), ...inFolder('.list')].flatMap(parseSourcesList),
		...inFolder('.sources').flatMap(parseDeb822),
	];
}
