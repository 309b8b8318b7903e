// What the pages do beyond reading: refresh themselves, move the clock, choose a theme. They work without any of it.
(() => {
  const themes = ['system', 'light', 'dark'];
  const root = document.documentElement;
  const LIVE_EVERY_MS = Number(root.dataset.liveSeconds ?? 3) * 1_000;
  const stored = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  };
  const store = (name, value) => {
    try {
      localStorage.setItem(name, value);
    } catch {
      // A browser that keeps nothing still shows the choice until the next page.
    }
  };

  const showTheme = (theme) => {
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
    else delete root.dataset.theme;
    const button = document.getElementById('theme');
    if (button) button.textContent = `Theme: ${theme}`;
  };
  // Before the first paint, so that nothing flashes.
  let theme = themes.includes(stored('theme')) ? stored('theme') : 'system';
  showTheme(theme);

  let live = stored('live') !== 'off';
  let asking = false;
  // What was drawn last, as it came.
  let drawn = '';
  let heardAt = Date.now();
  // A tracker that hangs is as gone as one that has ended.
  const ask = (address, options) =>
    fetch(address, { ...options, signal: AbortSignal.timeout(LIVE_EVERY_MS - 500) });

  /** Says in words whether the tracker still answers, and how old what is shown is. */
  const showGone = (gone) => {
    const line = document.getElementById('gone');
    document.body.classList.toggle('stale', gone);
    line.hidden = !gone;
    if (!gone) {
      heardAt = Date.now();
      line.textContent = '';
      return;
    }
    const seconds = Math.round((Date.now() - heardAt) / 1000);
    const age = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
    line.textContent = `The tracker does not answer: what is shown is ${age} old. This page looks again every ${LIVE_EVERY_MS / 1000} s.`;
  };

  /** Whether the tracker is there, for a page that is not to be refreshed now. */
  const look = async () => {
    if (asking) return;
    asking = true;
    try {
      await ask('/console.js', { method: 'HEAD', cache: 'no-store' });
      showGone(false);
    } catch {
      showGone(true);
    } finally {
      asking = false;
    }
  };

  // A finger leaves no pointer resting anywhere, though a browser says so until the next touch.
  const hasPointer = matchMedia('(hover: hover)');

  /** What the reader points at, walks through by keyboard or has selected must not move under their hands. */
  const isBusy = () => {
    const main = document.getElementById('main');
    const selection = document.getSelection();
    return (
      // What is about to be done, or was, is no view that could be drawn again.
      location.pathname === '/act' ||
      main.querySelector(':focus-visible') !== null ||
      (hasPointer.matches && main.querySelector('.scroll:hover') !== null) ||
      (selection !== null && !selection.isCollapsed && main.contains(selection.anchorNode))
    );
  };

  /** What was opened stays open, what was scrolled sideways stays there. */
  const replace = (main, fresh) => {
    const open = [...main.querySelectorAll('details')].map((details) => details.open);
    const scrolled = [...main.querySelectorAll('.scroll')].map((table) => table.scrollLeft);
    drawn = fresh.innerHTML;
    main.replaceChildren(...fresh.childNodes);
    offerCopies();
    main.querySelectorAll('details').forEach((details, position) => {
      details.open = open[position] ?? details.open;
    });
    main.querySelectorAll('.scroll').forEach((table, position) => {
      table.scrollLeft = scrolled[position] ?? 0;
    });
  };

  /** @param asked by the reader: drawn wherever their pointer rests. */
  const refresh = async (asked = false) => {
    if (asking) return;
    asking = true;
    try {
      const answer = await ask(location.href, { headers: { accept: 'text/html' } });
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const fresh = page.getElementById('main');
      const main = document.getElementById('main');
      if (fresh === null) throw new Error('no page');
      const failed = main.dataset.failed !== undefined || fresh.dataset.failed !== undefined;
      // The pointer may have come to rest since the question was put.
      if (drawn !== fresh.innerHTML && (asked || failed || !isBusy())) replace(main, fresh);
      if (fresh.dataset.failed) main.dataset.failed = 'true';
      else delete main.dataset.failed;
      document.getElementById('clock')?.replaceChildren(...page.getElementById('clock').childNodes);
      showGone(false);
    } catch {
      // The console itself is gone: what is shown stays, and says that it is old.
      showGone(true);
    } finally {
      asking = false;
    }
  };

  /** Beside each table's link to its rows a button that copies them; also in what was drawn again. */
  const offerCopies = () => {
    for (const line of document.querySelectorAll('.download:not(:has(button))')) {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = 'Copy';
      button.title = 'Copies the rows of this table as JSON';
      button.addEventListener('click', () => void copyRows(line.querySelector('a').href, button));
      line.append(button);
    }
  };

  const copyRows = async (address, button) => {
    try {
      const answer = await fetch(address);
      if (!answer.ok) throw new Error('no rows');
      await navigator.clipboard.writeText(JSON.stringify((await answer.json()).rows, null, 2));
      button.textContent = 'Copied';
    } catch {
      button.textContent = 'Not copied';
    }
  };

  const advance = async () => {
    await fetch('/clock', { method: 'POST', body: JSON.stringify({ advanceSeconds: 900 }) });
    await refresh(true);
  };

  document.addEventListener('DOMContentLoaded', () => {
    const byId = (id) => document.getElementById(id);
    // A deployed tracker's clock is not moved.
    for (const id of ['advance', 'live', 'theme']) if (byId(id)) byId(id).hidden = false;
    showTheme(theme);
    drawn = byId('main').innerHTML;
    offerCopies();
    byId('live').setAttribute('aria-pressed', String(live));
    byId('theme').addEventListener('click', () => {
      theme = themes[(themes.indexOf(theme) + 1) % themes.length];
      store('theme', theme);
      showTheme(theme);
    });
    // The browser's own clock is the reader's, even where this page was served elsewhere.
    const zoneForm = byId('zone');
    const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (root.dataset.zone === 'UTC' && ownZone !== 'UTC') {
      zoneForm.elements.zone.value = ownZone;
      zoneForm.hidden = false;
    }
    byId('live').addEventListener('click', () => {
      live = !live;
      store('live', live ? 'on' : 'off');
      byId('live').setAttribute('aria-pressed', String(live));
    });
    // As on many sites: a slash leads to the search box, unless something is being written.
    document.addEventListener('keydown', (event) => {
      const isWriting = event.target.closest?.('input, select, textarea, [contenteditable]') != null;
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isWriting) return;
      event.preventDefault();
      const box = document.querySelector('.find input[type=search]');
      box.focus();
      box.select();
    });
    byId('advance')?.addEventListener('click', () => void advance());
    setInterval(() => {
      const failed = byId('main').dataset.failed !== undefined || document.body.classList.contains('stale');
      const busy = isBusy();
      const waits = failed ? ', no answer' : busy ? ', waiting' : '';
      byId('live').textContent = `Live${live ? waits : ''}`;
      if (document.hidden) return;
      if (failed || (live && !busy)) void refresh();
      else void look();
    }, LIVE_EVERY_MS);
  });
})();
