import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const home = fileURLToPath(new URL('../../../.runtime/java/', import.meta.url));

/** Why Java programs cannot be had here, or false. They come from Maven Central, once, into the folder of runtimes. */
export const noJava: string | false =
  spawnSync('java', ['-version']).status !== 0
    ? 'Java is not installed'
    : !existsSync(home) && spawnSync('mvn', ['--version']).status !== 0
      ? 'Maven is not installed'
      : false;

/** The class path of an artifact `group:name:version` and of all that it needs; null when it cannot be had. */
export function classPathOf(artifact: string): string | null {
  const [group, name, version] = artifact.split(':');
  const folder = `${home}${name}-${version}`;
  if (existsSync(folder)) return `${folder}/*`;
  const aside = `${folder}.${process.pid}`;
  mkdirSync(aside, { recursive: true });
  writeFileSync(
    `${aside}/pom.xml`,
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>surehook</groupId><artifactId>tests</artifactId><version>1</version><packaging>pom</packaging><dependencies><dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency></dependencies></project>`,
  );
  const args = [
    '-q',
    '-B',
    '-f',
    `${aside}/pom.xml`,
    'dependency:copy-dependencies',
    '-DincludeScope=runtime',
    `-DoutputDirectory=${aside}`,
  ];
  const done = spawnSync('mvn', args, { stdio: 'ignore', timeout: 180_000 }).status === 0;
  if (done && !existsSync(folder)) renameSync(aside, folder);
  rmSync(aside, { recursive: true, force: true });
  return existsSync(folder) ? `${folder}/*` : null;
}
