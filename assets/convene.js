// Enhancements only: every page works without this file. No page's meaning lives here.
(() => {
  'use strict';
  const $ = (s, r = document) => r.querySelector(s);
  const $$ = (s, r = document) => [...r.querySelectorAll(s)];
  const root = document.documentElement;
  root.classList.add('js');

  // --- saying things: one polite live region, so that what moves is heard too
  const say = text => {
    const live = $('#live');
    if (!live) return;
    live.textContent = '';
    setTimeout(() => { live.textContent = text; }, 50);
  };

  // --- a failed step tells its sentence where the flash stands; the page stays as it was
  const fail = (text, remedy) => {
    const flash = $('#flash');
    if (!flash) return;
    const box = document.createElement('div');
    box.className = 'flash bad';
    const p = box.appendChild(document.createElement('p'));
    p.textContent = [text || 'That did not work; nothing was changed.', remedy].filter(Boolean).join(' ');
    flash.replaceChildren(box);
    say(p.textContent);
    box.scrollIntoView({ block: 'nearest' });
  };
  document.addEventListener('htmx:responseError', e => {
    const page = new DOMParser().parseFromString(e.detail.xhr.responseText, 'text/html');
    const at = s => { const n = $(s, page); return n ? n.textContent.trim() : ''; };
    fail(at('[data-sentence]') || at('.lede') || at('h1'), at('[data-remedy]'));
    reset();
  });
  document.addEventListener('htmx:sendError', () => {
    fail('The connection is gone; nothing was changed.', 'Try again in a moment.');
    reset();
  });

  // --- lanes: a drop sends the same form as the Move menu
  let undone = null;   // puts a chip back when the step was refused
  let last = '';       // what was moved: it gets the focus back on the new board
  const reset = () => { if (undone) undone(); undone = null; };
  const lanes = () => {
    const mover = $('#mover');
    if (!mover || !window.Sortable) return;
    root.classList.add('moves');
    for (const list of $$('[data-lane]')) {
      if (list.sortable || list.hasAttribute('data-fixed')) continue;
      list.sortable = window.Sortable.create(list, {
        group: 'lanes', sort: false, handle: '.grip', draggable: '[data-item]', animation: 140,
        scroll: true, filter: '[data-fixed]',
        onEnd: e => {
          if (e.from === e.to) return;
          const { item, from, oldIndex } = e;
          undone = () => from.insertBefore(item, from.children[oldIndex] || null);
          mover.querySelector('[name=item]').value = item.dataset.item;   // elements.item is a method
          mover.querySelector('[name=to]').value = e.to.dataset.lane;
          say(`${item.dataset.name}: moving to ${e.to.dataset.name}.`);
          mover.requestSubmit();
        }
      });
    }
  };

  // --- a link with data-sheet opens its page's #part in a dialog instead of leaving the board
  const sheet = () => $('#sheet');
  document.addEventListener('click', e => {
    const link = e.target.closest('a[data-sheet]');
    if (link && window.htmx && sheet() && !e.ctrlKey && !e.metaKey && !e.shiftKey && e.button === 0) {
      e.preventDefault();
      window.htmx.ajax('GET', link.href, { target: '#sheet-body', select: '#part', swap: 'innerHTML', source: sheet() })
        .then(() => { if ($('#part')) sheet().showModal(); });
    }
    const close = e.target.closest('[data-close]');
    if (close) close.closest('dialog').close();
    const opens = e.target.closest('[data-open]');
    if (opens && $('#' + opens.dataset.open)) { e.preventDefault(); $('#' + opens.dataset.open).showModal(); }
    if (e.target.closest('[data-print]')) window.print();
  });

  // --- after a part of the page was replaced
  document.addEventListener('htmx:afterSwap', e => {
    undone = null;
    if (e.detail.target.id === 'sheet-body') return;
    if (sheet() && sheet().open) sheet().close();
    const text = $('#flash p');
    if (text) say(text.textContent);
    ready();
  });

  document.addEventListener('htmx:afterSettle', e => {
    const to = $('#move-' + CSS.escape(last)) || $('#main');
    if (e.detail.target.id === 'board' && document.activeElement === document.body && to) to.focus();
  });

  // --- jobs: progress by server-sent events, then on to the result
  const jobs = () => {
    for (const box of $$('[data-job]')) {
      if (box.started || !window.EventSource) continue;
      box.started = true;
      const from = new EventSource(box.dataset.job);
      from.onmessage = e => {
        const job = JSON.parse(e.data);
        const bar = $('progress', box);
        if (bar && job.percent !== undefined) { bar.value = job.percent; bar.textContent = job.percent + '%'; }
        const put = (s, t) => { const n = $(s, box); if (n && t !== undefined && n.textContent !== t) n.textContent = t; };
        put('[data-what]', job.what);
        put('[data-percent]', job.percent === undefined ? undefined : job.percent + '%');
        if (job.is_over) {
          from.close();
          const url = job.result && job.result.url;
          if (job.is_done && url && url.startsWith('/')) location.assign(url);
          else location.reload();
        }
      };
    }
  };

  // --- files: drop one anywhere on the frame around the input
  const drops = () => {
    for (const zone of $$('.drop')) {
      const input = $('input[type=file]', zone);
      if (!input || zone.ready) continue;
      zone.ready = true;
      for (const type of ['dragenter', 'dragover'])
        zone.addEventListener(type, e => { e.preventDefault(); zone.classList.add('over'); });
      for (const type of ['dragleave', 'drop'])
        zone.addEventListener(type, () => zone.classList.remove('over'));
      zone.addEventListener('drop', e => {
        e.preventDefault();
        if (!e.dataTransfer.files.length) return;
        input.files = e.dataTransfer.files;
        say(`${input.files[0].name} is chosen.`);
      });
    }
  };

  // --- typed words are not lost by a wrong click
  let dirty = false;
  document.addEventListener('input', e => { if (e.target.closest('form[data-guard]')) dirty = true; });
  document.addEventListener('submit', e => {
    dirty = false;
    const item = $('[name=item]', e.target);
    last = item ? item.value : '';
  });
  addEventListener('beforeunload', e => { if (dirty) e.preventDefault(); });

  // --- a choice that may be sent at once (the button beside it is for pages without scripts)
  document.addEventListener('change', e => {
    const form = e.target.closest('form[data-now]');
    if (form) form.requestSubmit();
  });

  // --- one send for a double click
  document.addEventListener('submit', e => {
    if (e.defaultPrevented) return;
    const button = e.submitter;
    if (button) setTimeout(() => { button.disabled = true; setTimeout(() => { button.disabled = false; }, 4000); });
  });

  // --- keys: "?" shows the list; they can be turned off (WCAG 2.1.4)
  const kept = { get: () => { try { return localStorage.getItem('keys') !== 'off'; } catch { return true; } },
    set: on => { try { localStorage.setItem('keys', on ? 'on' : 'off'); } catch { /* then only for this page */ } } };
  let keys = kept.get(), first = '';
  document.addEventListener('keydown', e => {
    if (!keys || e.ctrlKey || e.metaKey || e.altKey || e.target.closest('input,textarea,select,dialog[open]')) return;
    const now = first + e.key;
    first = '';
    const link = $(`[data-key="${CSS.escape(now)}"]`);
    if (now === '?') $('#keys').showModal();
    else if (now === '/' && $('[type=search]')) { e.preventDefault(); $('[type=search]').focus(); }
    else if (link) { e.preventDefault(); link.click(); }
    else if (e.key === 'g') { first = 'g '; setTimeout(() => { first = ''; }, 1500); }
  });

  const ready = () => { lanes(); jobs(); drops(); };
  document.addEventListener('DOMContentLoaded', () => {
    const box = $('#keys-on');
    if (box) {
      box.checked = keys;
      box.addEventListener('change', () => { keys = box.checked; kept.set(keys); });
    }
    ready();
  });
})();
