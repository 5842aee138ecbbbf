/** Style of the documentation: system fonts, both themes, one column on a phone. */
export const docsStyle = `
:root {
  color-scheme: light dark;
  --ground: #fff; --raised: #f6f7f8; --line: #d9dce0; --text: #1b1f24; --quiet: #5a626c; --accent: #0b57d0;
  --good: #136c2e; --bad: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171a; --raised: #1d2125; --line: #363c43; --text: #e6e9ec; --quiet: #a0a8b1; --accent: #8ab4f8;
    --good: #7fd39a; --bad: #f2a29b;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 14px/1.5 system-ui, sans-serif; }
a { color: var(--accent); }
code, pre, textarea, .path, td.value { font: 13px/1.45 ui-monospace, Menlo, Consolas, monospace; }
code { background: var(--raised); border-radius: 3px; padding: 0 3px; }
header {
  display: flex; flex-wrap: wrap; gap: 8px 24px; align-items: center; justify-content: space-between;
  padding: 8px 16px; border-bottom: 1px solid var(--line); background: var(--ground); position: sticky; top: 0; z-index: 1;
}
header h1 { font-size: 16px; margin: 0; }
header h1 a { color: inherit; text-decoration: none; }
header form { display: flex; flex-wrap: wrap; gap: 8px 16px; }
label { color: var(--quiet); }
input, textarea, select {
  font: inherit; color: var(--text); background: var(--ground); border: 1px solid var(--line); border-radius: 4px;
  padding: 6px 8px; min-height: 36px;
}
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
#columns { display: grid; grid-template-columns: 300px minmax(0, 1fr); }
nav { border-right: 1px solid var(--line); padding: 12px; height: calc(100vh - 56px); overflow: auto; position: sticky; top: 56px; }
nav .search, nav .search input { display: block; width: 100%; }
nav h2 { font-size: 12px; color: var(--quiet); margin: 16px 0 4px; }
nav a { display: flex; gap: 8px; padding: 4px; color: inherit; text-decoration: none; border-radius: 4px; }
nav a:hover, nav a[aria-current] { background: var(--raised); }
nav a[aria-current] { font-weight: 600; }
.method { font: 600 11px/20px ui-monospace, monospace; min-width: 46px; color: var(--accent); }
main { padding: 16px 24px 64px; max-width: 900px; }
main:focus { outline: none; }
main h2 { margin: 0 0 4px; font-size: 20px; }
main h3 { margin: 24px 0 8px; font-size: 15px; }
.path { overflow-wrap: anywhere; color: var(--quiet); }
.field { display: grid; grid-template-columns: 180px minmax(0, 1fr); gap: 2px 12px; margin: 0 0 10px; }
.field small { grid-column: 2; color: var(--quiet); }
textarea { width: 100%; min-height: 220px; resize: vertical; }
.acts { display: flex; gap: 8px; margin: 12px 0; }
button {
  font: inherit; font-weight: 600; min-height: 36px; padding: 6px 14px; border-radius: 4px; cursor: pointer;
  border: 1px solid var(--accent); background: var(--accent); color: var(--ground);
}
button.quiet { background: none; color: var(--accent); }
button:disabled { opacity: .6; cursor: default; }
pre { background: var(--raised); border: 1px solid var(--line); border-radius: 4px; padding: 10px; overflow: auto; max-height: 480px; white-space: pre-wrap; overflow-wrap: anywhere; }
.good { color: var(--good); } .bad { color: var(--bad); }
dl { margin: 0; } dt { margin-top: 8px; } dd { margin: 0 0 0 12px; color: var(--quiet); }
dl dl { border-left: 1px solid var(--line); padding-left: 12px; }
details { margin: 4px 0; } summary { cursor: pointer; }
.front { margin: 10vh auto; }
@media (max-width: 760px) {
  header { position: static; }
  #columns { display: block; }
  nav { position: static; height: auto; max-height: 40vh; border-right: 0; border-bottom: 1px solid var(--line); }
  nav a { padding: 8px 4px; }
  main { padding: 16px; }
  .field { display: block; } .field input, .field select, .field small { display: block; width: 100%; }
  header label, header input { display: block; width: 100%; }
  input, textarea, select { font-size: 16px; }
}
`;
