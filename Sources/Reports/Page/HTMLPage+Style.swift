extension HTMLPage {
  /// Every page's looks: system fonts, light or dark as the reader has it, white on paper.
  static let style = """
    :root { --ground: #fbfbfa; --ink: #1c1e21; --faint: #6a7078; --line: #dfe1e4; --card: #ffffff;
      --accent: #2f6f9f; --warn: #8a5a00; --warn-ground: #fff6e0; }
    @media (prefers-color-scheme: dark) { :root { --ground: #121417; --ink: #e8eaed;
      --faint: #98a0aa; --line: #2b2f35; --card: #191c20; --accent: #6fb3e0; --warn: #f0c36a;
      --warn-ground: #2a2416; } }
    * { box-sizing: border-box; }
    body { margin: 0 auto; max-width: 1280px; padding: 2rem 1.5rem; background: var(--ground);
      color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
    h1 { font-size: 1.7rem; font-weight: 650; margin: 0; overflow-wrap: anywhere; }
    h2 { font-size: 1.05rem; font-weight: 650; margin: 0 0 .6rem; }
    header p { color: var(--faint); margin: .3rem 0 1.5rem; }
    section { background: var(--card); border: 1px solid var(--line); border-radius: 8px;
      padding: 1rem 1.2rem; }
    .columns { display: grid; gap: 1rem; margin-bottom: 1rem; align-items: start;
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); }
    .warnings { background: var(--warn-ground); border-color: var(--warn); margin-bottom: 1rem; }
    .warnings h2 { color: var(--warn); }
    .warnings ul { margin: 0; padding-left: 1.2rem; }
    table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
    th { text-align: left; font-weight: 500; color: var(--faint); }
    th, td { padding: .28rem .8rem .28rem 0; border-bottom: 1px solid var(--line);
      vertical-align: top; }
    tr:last-child > * { border-bottom: 0; }
    .number { text-align: right; white-space: nowrap; }
    .faint { color: var(--faint); }
    .facts th { width: 34%; }
    .facts td { overflow-wrap: anywhere; padding-right: 0; }
    .swatch { display: inline-block; width: .8em; height: .8em; border-radius: 2px;
      margin-right: .6em; border: 1px solid rgb(0 0 0 / 25%); }
    .bar { width: 45%; padding-right: 0; vertical-align: middle; }
    .bar span { display: block; height: .6em; min-width: 1px; border-radius: 2px;
      background: var(--accent); }
    figure { margin: 0 0 1rem; }
    img { display: block; width: 100%; height: auto; border-radius: 8px; }
    figcaption { color: var(--faint); font-size: .87rem; margin-top: .3rem; }
    footer { color: var(--faint); font-size: .87rem; margin-top: 1.5rem; }
    @media print { :root { --ground: #fff; --ink: #000; --faint: #444; --line: #bbb; --card: #fff;
        --accent: #2f6f9f; --warn: #000; --warn-ground: #fff; }
      body { max-width: none; padding: 0; font-size: 11px; }
      section, figure, tr { break-inside: avoid; }
      .bar span, .swatch, img { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
    """
}
