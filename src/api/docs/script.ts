/**
 * The documentation's behaviour, sent as it stands: no framework, no network but this server. Text only ever becomes text
 * nodes. The key lives in its input field and nowhere else.
 */
export const docsScript = String.raw`'use strict';
(async function () {
  const $ = (id) => document.getElementById(id);
  const doc = await (await fetch('/openapi.json')).json();
  const operations = [];
  for (const [path, methods] of Object.entries(doc.paths)) {
    for (const [method, operation] of Object.entries(methods)) operations.push({ ...operation, path, method: method.toUpperCase() });
  }
  const received = Object.entries(doc.webhooks).map(([name, item]) => ({ ...item.post, path: name, method: 'SENT', isSent: true }));

  function make(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === true) node.setAttribute(name, '');
      else if (value !== false && value !== undefined && value !== null) node.setAttribute(name, value);
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  }

  // Paragraphs, **bold** and code: what descriptions are written in.
  function prose(text) {
    return (text || '').split(/\n\n+/).map((paragraph) => {
      const node = make('p');
      for (const part of paragraph.split(/(${'`'}[^${'`'}]+${'`'}|\*\*[^*]+\*\*)/)) {
        if (part.startsWith('${'`'}')) node.append(make('code', null, part.slice(1, -1)));
        else if (part.startsWith('**')) node.append(make('strong', null, part.slice(2, -2)));
        else node.append(part);
      }
      return node;
    });
  }

  function resolve(item) {
    if (!item || !item.$ref) return item || {};
    return item.$ref.slice(2).split('/').reduce((at, step) => at[step], doc);
  }

  function typeOf(schema) {
    if (schema.$ref) return schema.$ref.split('/').pop();
    if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
    if ('const' in schema) return JSON.stringify(schema.const);
    if (schema.anyOf) return schema.anyOf.map(typeOf).join(' | ');
    if (schema.type === 'array') return 'list of ' + typeOf(schema.items || {});
    return [schema.type || 'any JSON'].flat().join(' | ');
  }

  function schemaTree(given, depth) {
    const schema = resolve(given);
    if (schema.anyOf) return make('div', null, ...schema.anyOf.map((one) => schemaTree(one, depth)).filter(Boolean));
    if (schema.type === 'array' || (Array.isArray(schema.type) && schema.type.includes('array'))) return schema.items ? schemaTree(schema.items, depth) : null;
    if (!schema.properties || depth > 4) return null;
    const list = make('dl');
    for (const [name, member] of Object.entries(schema.properties)) {
      const isRequired = (schema.required || []).includes(name);
      list.append(make('dt', null, make('code', null, name), ' ', typeOf(member), isRequired ? '' : ' (optional)'));
      const text = member.description || resolve(member).description;
      const below = schemaTree(member, depth + 1);
      if (text || below) list.append(make('dd', null, ...prose(text), below));
    }
    return list;
  }

  function example(given, depth) {
    const schema = resolve(given);
    if (schema.example !== undefined) return schema.example;
    if (schema.default !== undefined) return schema.default;
    if ('const' in schema) return schema.const;
    if (schema.enum) return schema.enum[0];
    if (schema.anyOf) return example(schema.anyOf[0], depth);
    const type = [schema.type].flat()[0];
    if (type === 'object' && depth < 3) {
      const object = {};
      for (const name of schema.required || []) object[name] = example((schema.properties || {})[name], depth + 1);
      return object;
    }
    if (type === 'array') return schema.items && schema.minItems ? [example(schema.items, depth + 1)] : [];
    return { string: '', integer: 0, number: 0, boolean: false, object: {} }[type] ?? {};
  }

  function navigation() {
    const wanted = $('search').value.trim().toLowerCase();
    const groups = new Map();
    for (const operation of [...operations, ...received]) {
      const text = (operation.summary + ' ' + operation.path + ' ' + operation.method).toLowerCase();
      if (!wanted.split(/\s+/).every((word) => text.includes(word))) continue;
      const tag = operation.tags[0];
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(operation);
    }
    const current = location.hash.slice(1);
    const nodes = [];
    for (const [tag, list] of groups) {
      nodes.push(make('h2', null, tag));
      for (const operation of list) {
        nodes.push(make('a', { href: '#' + operation.operationId, title: operation.path, 'aria-current': operation.operationId === current ? 'page' : null },
          make('span', { class: 'method' }, operation.method), operation.summary));
      }
    }
    $('operations').replaceChildren(...(nodes.length ? nodes : [make('p', null, 'Nothing is called so.')]));
  }

  function field(parameter) {
    const schema = parameter.schema || {};
    const input = schema.enum
      ? make('select', null, make('option', { value: '' }, ''), ...schema.enum.map((value) => make('option', { value: value }, value)))
      : make('input', { placeholder: schema.default === undefined ? '' : String(schema.default), autocomplete: 'off', spellcheck: 'false', required: parameter.required === true });
    input.dataset.name = parameter.name;
    input.dataset.in = parameter.in;
    const id = 'field-' + parameter.in + '-' + parameter.name;
    input.id = id;
    const note = make('small');
    for (const node of prose(parameter.description)) note.append(...node.childNodes);
    return make('div', { class: 'field' }, make('label', { for: id }, make('code', null, parameter.name), parameter.required ? ' (required)' : ''), input, note);
  }

  function request(operation, form, body) {
    let path = operation.path;
    const query = new URLSearchParams();
    const headers = {};
    for (const input of form.querySelectorAll('[data-name]')) {
      const { name } = input.dataset;
      if (input.dataset.in === 'path') path = path.replace('{' + name + '}', encodeURIComponent(input.value));
      else if (input.value === '') continue;
      else if (input.dataset.in === 'query') query.append(name, input.value);
      else headers[name] = input.value;
    }
    if ($('key').value) headers['Authorization'] = 'Bearer ' + $('key').value.trim();
    const takesAccount = (operation.parameters || []).some((parameter) => resolve(parameter).name === 'Surehook-Account');
    if (takesAccount && $('account').value) headers['Surehook-Account'] = $('account').value.trim();
    const text = body ? body.value.trim() : '';
    if (text) headers['Content-Type'] = 'application/json';
    const asked = query.toString();
    return { url: path + (asked ? '?' + asked : ''), options: { method: operation.method, headers, body: text || undefined, redirect: 'manual' } };
  }

  function quote(text) {
    return "'" + text.replaceAll("'", "'\\''") + "'";
  }

  function asCurl({ url, options }) {
    const lines = ['curl -X ' + options.method + ' ' + quote(location.origin + url)];
    for (const [name, value] of Object.entries(options.headers)) lines.push('  -H ' + quote(name + ': ' + value));
    if (options.body) lines.push('  -d ' + quote(options.body));
    return lines.join(' \\\n');
  }

  // Indents without parsing, so that numbers are shown as they were sent.
  function pretty(text) {
    let depth = 0;
    let isString = false;
    let out = '';
    for (let i = 0; i < text.length; i++) {
      const c = text[i];
      if (isString) {
        out += c;
        if (c === '\\') out += text[++i] ?? '';
        else if (c === '"') isString = false;
      } else if (c === '"') { isString = true; out += c; }
      else if (c === '{' || c === '[') {
        const close = c === '{' ? '}' : ']';
        if (text[i + 1] === close) { out += c + close; i++; }
        else out += c + '\n' + '  '.repeat(++depth);
      } else if (c === '}' || c === ']') out += '\n' + '  '.repeat(--depth < 0 ? (depth = 0) : depth) + c;
      else if (c === ',') out += c + '\n' + '  '.repeat(depth);
      else if (c === ':') out += ': ';
      else if (!/\s/.test(c)) out += c;
    }
    return out;
  }

  async function send(prepared, place, button) {
    button.disabled = true;
    const began = performance.now();
    try {
      const answer = await fetch(prepared.url, prepared.options);
      const text = await answer.text();
      const isJson = (answer.headers.get('content-type') || '').includes('json');
      place.replaceChildren(
        make('h3', { class: answer.ok ? 'good' : 'bad' }, answer.status + ' ' + (answer.ok ? 'OK' : 'refused') + ' after ' + Math.round(performance.now() - began) + ' ms'),
        text ? make('pre', { tabindex: '0' }, isJson ? pretty(text) : text) : make('p', null, 'No body.'),
        make('details', null, make('summary', null, 'Headers'), make('pre', null, [...answer.headers].map((pair) => pair.join(': ')).join('\n'))));
    } catch (error) {
      place.replaceChildren(make('p', { class: 'bad' }, 'The server could not be reached: ' + error.message));
    }
    button.disabled = false;
    place.scrollIntoView({ block: 'nearest' });
  }

  function tryOut(operation) {
    const parameters = (operation.parameters || []).map(resolve).filter((parameter) => parameter.name !== 'Surehook-Account');
    const content = operation.requestBody && operation.requestBody.content['application/json'];
    const body = content && make('textarea', { id: 'body', spellcheck: 'false', 'aria-label': 'Body' });
    if (body) {
      const value = content.example === undefined ? example(content.schema, 0) : content.example;
      body.value = operation.requestBody.required || content.example !== undefined ? JSON.stringify(value, null, 2) : '';
    }
    const button = make('button', { type: 'submit' }, 'Send ' + operation.method);
    const copy = make('button', { type: 'button', class: 'quiet' }, 'Show as curl');
    const place = make('div', { 'aria-live': 'polite' });
    const form = make('form', null,
      parameters.length ? make('h3', null, 'Parameters') : null, ...parameters.map(field),
      body ? make('h3', null, 'Body') : null, body || null, make('div', { class: 'acts' }, button, copy));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      send(request(operation, form, body), place, button);
    });
    copy.addEventListener('click', () => place.replaceChildren(make('pre', { tabindex: '0' }, asCurl(request(operation, form, body)))));
    const fields = content && schemaTree(content.schema, 0);
    return [form, place, fields ? make('details', { open: true }, make('summary', null, 'Members of the body'), fields) : null];
  }

  function sentBody(operation) {
    const content = operation.requestBody.content['application/json'];
    const nodes = [make('h3', null, 'Headers'), make('dl', null, ...operation.parameters.flatMap((p) => [make('dt', null, make('code', null, p.name)), make('dd', null, ...prose(p.description))]))];
    for (const { value } of Object.values(content.examples || {})) nodes.push(make('h3', null, 'Example'), make('pre', { tabindex: '0' }, JSON.stringify(value, null, 2)));
    return nodes;
  }

  function answers(operation) {
    const list = make('div');
    for (const [status, given] of Object.entries(operation.responses)) {
      const response = resolve(given);
      const content = response.content && (response.content['application/json'] || null);
      const tree = content && schemaTree(content.schema, 0);
      const line = [make('strong', { class: status < 400 || status === '2XX' ? 'good' : 'bad' }, status), ' ', ...prose(response.description)[0].childNodes];
      list.append(tree ? make('details', null, make('summary', null, ...line), tree) : make('p', null, ...line));
    }
    return [make('h3', null, 'Answers'), list];
  }

  function show() {
    const id = decodeURIComponent(location.hash.slice(1));
    const operation = [...operations, ...received].find((one) => one.operationId === id);
    navigation();
    if (!operation) {
      $('main').replaceChildren(make('h2', null, doc.info.title + ' ' + doc.info.version), ...prose(doc.info.description),
        make('p', null, 'Pick an operation. The whole description is in ', make('a', { href: '/openapi.json' }, '/openapi.json'), '.'));
      return;
    }
    $('main').replaceChildren(
      make('h2', null, operation.summary),
      make('p', { class: 'path' }, operation.isSent ? 'What we POST to your endpoint' : operation.method + ' ' + operation.path),
      ...prose(operation.description),
      ...(operation.isSent ? sentBody(operation) : tryOut(operation)).filter(Boolean),
      ...answers(operation));
    $('main').focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  $('search').addEventListener('input', navigation);
  $('access').addEventListener('submit', (event) => event.preventDefault());
  addEventListener('hashchange', show);
  show();
})();
`;
