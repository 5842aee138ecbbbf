/** How each page begins. */
export const head = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="/docs/app.css">
`;

/** The interactive documentation; `script.ts` fills it from `/openapi.json`. */
export const docsHtml = `${head}<title>Surehook API</title>
<script src="/docs/app.js" defer></script>
</head>
<body>
<header>
  <h1><a href="#">Surehook API</a></h1>
  <form id="access" autocomplete="off">
    <label>API key <input id="key" type="password" placeholder="shk_…" autocomplete="off" spellcheck="false"></label>
    <label>Account <input id="account" placeholder="default" autocomplete="off" spellcheck="false"></label>
  </form>
</header>
<div id="columns">
  <nav aria-label="Operations">
    <label class="search">Find <input id="search" type="search" placeholder="endpoint, replay …"></label>
    <div id="operations"></div>
  </nav>
  <main id="main" tabindex="-1"><p>Loading the description from <a href="/openapi.json">/openapi.json</a> …</p>
  <noscript><p>This page needs JavaScript. The whole description is in <a href="/openapi.json">/openapi.json</a>.</p></noscript></main>
</div>
</body>
</html>
`;

/** What stands at `/` while no dashboard is built. */
export const frontHtml = `${head}<title>Surehook</title>
</head>
<body>
<main class="front">
<h1>Surehook is running</h1>
<p>Webhooks that arrive: signed, retried, durable.</p>
<ul>
<li><a href="/docs">API documentation</a>, to read and to try out</li>
<li><a href="/openapi.json">OpenAPI document</a></li>
<li><a href="/readyz">Is it ready?</a></li>
<li><a href="/metrics">Metrics</a></li>
</ul>
</main>
</body>
</html>
`;
