extension HTMLPage {
  /// The looks of figures: colors that people with any color vision tell apart (Okabe and Ito, *Color
  /// Universal Design*, 2008), and steps that differ in lightness.
  static let figureStyle = """
    :root { --mark: #0072b2; --mark-soft: #cfe3f0; --mark-line: #5b9cc6; --second: #d55e00;
      --band: #f4f5f6; --grid: #e3e6e9; --zero: #8a9099;
      --h0: #8c2d04; --h1: #cc4c02; --h2: #ec7014; --h3: #fe9929; --h4: #fec44f; --h5: #fee9a8;
      --h6: #fffbe6; --t0: #fff; --t1: #fff; --t2: #000; --t6: #4a4a3f; }
    @media (prefers-color-scheme: dark) { :root { --mark: #56b4e9; --mark-soft: #21435a;
      --mark-line: #3d7ba3; --second: #f09a3e; --band: #1e2226; --grid: #2c3137; --zero: #7d858f;
      --h0: #ffe08a; --h1: #fdb84a; --h2: #ee8a28; --h3: #c4641a; --h4: #8d4714; --h5: #573012;
      --h6: #2b2119; --t0: #000; --t1: #000; --t2: #000; --t3: #fff; --t4: #fff; --t5: #fff;
      --t6: #cfc4b8; } }
    .chart { margin: .4rem 0 1.2rem; }
    .chart:last-child { margin-bottom: .2rem; }
    .scroll { overflow-x: auto; }
    .scroll + .scroll { margin-top: 1.6rem; }
    .chart svg { display: block; width: 100%; height: auto; margin: 0 auto;
      font-family: system-ui, "Segoe UI", "DejaVu Sans", sans-serif;
      font-variant-numeric: tabular-nums; }
    .strip { width: 5.2rem; height: 1rem; display: block; }
    svg text { fill: var(--ink); font-size: 12px; }
    svg .tick, svg .faint-label { fill: var(--faint); font-size: 11px; }
    svg .axis { fill: var(--faint); font-size: 12px; }
    svg .ink { fill: var(--ink); }
    svg .value { font-size: 11.5px; }
    svg .bold { font-weight: 650; }
    svg .grid { stroke: var(--grid); stroke-width: 1; }
    svg .zero { stroke: var(--zero); stroke-width: 1.2; }
    svg .band { fill: var(--band); opacity: .55; }
    svg .cloud { fill: var(--mark-soft); stroke: var(--mark-line); stroke-width: .8; }
    svg .point { fill: var(--mark); fill-opacity: .6; }
    svg .dots { stroke: var(--mark); stroke-opacity: .45; stroke-width: 3.4;
      stroke-linecap: round; fill: none; }
    svg .box, svg .bar-fill { fill: var(--mark-soft); stroke: var(--mark); stroke-width: 1; }
    svg .bar-fill { stroke: none; }
    svg .whisker { stroke: var(--mark); stroke-width: 1.2; }
    svg .median { stroke: var(--second); stroke-width: 2.2; }
    svg .bias { stroke: var(--mark); stroke-width: 1.8; }
    svg .limit { stroke: var(--mark); stroke-width: 1.2; stroke-dasharray: 6 4; }
    svg .agreement { fill: var(--mark-soft); opacity: .35; }
    svg .interval { stroke-width: 1.6; }
    svg .interval.plain { stroke: var(--zero); }
    svg .interval.strong { stroke: var(--mark); }
    svg .estimate.plain { fill: var(--card); stroke: var(--zero); stroke-width: 1.6; }
    svg .estimate.strong { fill: var(--mark); }
    svg .gap { stroke: var(--zero); stroke-width: 2; }
    svg .gap.strong { stroke: var(--second); stroke-width: 3; }
    svg .second { fill: var(--second); }
    svg .frame { stroke: var(--ink); stroke-width: 1.2; }
    svg .lead { stroke: var(--zero); stroke-width: 1; fill: none; }
    svg .clique { stroke: var(--second); stroke-width: 4; stroke-linecap: round; }
    svg .blob { fill: var(--mark-line); }
    svg .ring { fill: none; stroke: var(--second); stroke-width: 1.6; }
    svg .hatch { stroke: var(--faint); stroke-width: .8; }
    svg .curve { fill: none; stroke: var(--mark); stroke-width: 2; stroke-linejoin: round; }
    svg .curve.second { stroke: var(--second); }
    svg .curve.soft { stroke: var(--mark-line); stroke-width: 1; }
    svg .curve-end { fill: var(--mark); }
    svg .curve-end.second { fill: var(--second); }
    svg .curve-end.soft { fill: var(--mark-line); }
    svg .curve-name { fill: var(--mark); font-weight: 550; }
    svg .curve-name.second { fill: var(--second); }
    svg .curve-name.soft { fill: var(--faint); }
    svg .hint { fill: transparent; }
    .multiples { display: grid; gap: .9rem 1.2rem;
      grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr)); }
    .pairs { display: grid; gap: 0 1.4rem;
      grid-template-columns: repeat(auto-fill, minmax(min(100%, 26rem), 1fr)); }
    .small-chart { margin: 0; max-width: 270px; }
    .small-chart svg .curve { stroke-width: 1.6; }
    .small-chart svg { display: block; width: 100%; height: auto; }
    .small-chart figcaption { display: flex; justify-content: space-between; margin: 0 1rem .1rem
      2.6rem; color: var(--ink); font-variant-numeric: tabular-nums; }
    .plan th, .plan td { padding: .25rem 1rem .25rem 0; }
    .plan td { min-width: 9rem; } .plan .why { color: var(--faint); font-size: .9rem; }
    svg .cell { stroke: var(--line); stroke-width: .5; }
    svg .cell-text { font-size: 10.5px; }
    svg .h-none { fill: var(--card); }
    svg .h0 { fill: var(--h0); } svg .h1 { fill: var(--h1); } svg .h2 { fill: var(--h2); }
    svg .h3 { fill: var(--h3); } svg .h4 { fill: var(--h4); } svg .h5 { fill: var(--h5); }
    svg .h6 { fill: var(--h6); }
    svg .t-h0 { fill: var(--t0); } svg .t-h1 { fill: var(--t1); } svg .t-h2 { fill: var(--t2); }
    svg .t-h3 { fill: var(--t3, #000); } svg .t-h4 { fill: var(--t4, #000); }
    svg .t-h5 { fill: var(--t5, #000); } svg .t-h6 { fill: var(--t6); }
    @media print { :root { --mark: #0072b2; --mark-soft: #cfe3f0; --mark-line: #5b9cc6;
        --second: #d55e00; --band: #f4f5f6; --grid: #dcdfe2; --zero: #777;
        --h0: #8c2d04; --h1: #cc4c02; --h2: #ec7014; --h3: #fe9929; --h4: #fec44f; --h5: #fee9a8;
        --h6: #fffbe6; --t0: #fff; --t1: #fff; --t2: #000; --t3: #000; --t4: #000; --t5: #000;
        --t6: #4a4a3f; }
      .chart svg { min-width: 0 !important; }
      .scroll { overflow: visible; }
      svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
    """

  /// The looks of reports with many tables.
  static let reportStyle = """
    main > section { margin-bottom: 1rem; }
    h3 { font-size: .95rem; font-weight: 650; margin: 1.1rem 0 .4rem; }
    section p { margin: .3rem 0 .7rem; max-width: 78ch; }
    .note { color: var(--faint); font-size: .87rem; }
    .tiles { display: grid; gap: .75rem; margin: 0 0 1rem; padding: 0;
      grid-template-columns: repeat(auto-fit, minmax(9.4rem, 1fr)); }
    .tile { background: var(--card); border: 1px solid var(--line); border-radius: 8px;
      padding: .7rem .9rem; }
    .tile dt { color: var(--faint); font-size: .87rem; }
    .tile dd { margin: 0; }
    .tile .figure { font-size: 1.55rem; font-weight: 650; font-variant-numeric: tabular-nums;
      white-space: nowrap; }
    .tile .figure small { font-size: .9rem; font-weight: 500; }
    .tile .aside { color: var(--faint); font-size: .8rem; line-height: 1.35; }
    caption { text-align: left; color: var(--faint); font-size: .87rem; padding-bottom: .4rem; }
    table.scores { width: auto; min-width: min(100%, 40rem); }
    .scores { font-size: .9rem; }
    .scores th, .scores td { padding: .2rem .55rem .2rem 0; }
    .scores thead th { vertical-align: bottom; }
    .scores tbody th { color: var(--ink); font-weight: 400; overflow-wrap: break-word;
      max-width: 18rem; }
    .scores td { white-space: nowrap; }
    .scores .ends { display: flex; justify-content: space-between; font-size: .8rem; }
    .scores tfoot > tr > * { border-top: 2px solid var(--line); }
    .scores .second { color: var(--faint); font-size: .9em; display: block; }
    .scores .group { border-left: 1px solid var(--line); padding-left: .55rem; }
    .best::after, .worst::after { font-size: .7em; margin-left: .3em; }
    .best::after { content: "\\25B2" / "best"; color: var(--mark); }
    .worst::after { content: "\\25BC" / "worst"; color: var(--second); }
    .scores .rank { font-weight: 650; }
    b, .bold { font-weight: 650; }
    details { margin: .3rem 0; }
    summary { cursor: pointer; font-weight: 500; }
    summary .count { color: var(--faint); font-weight: 400; margin-left: .4em; }
    details ul { margin: .2rem 0 .6rem; padding-left: 1.4rem; overflow-wrap: anywhere; }
    .pictures { display: grid; gap: 1rem; margin-top: 1.2rem; }
    .pictures figure { margin: 0; }
    .methods p { max-width: 78ch; }
    .methods dt { font-weight: 550; margin-top: .4rem; }
    .methods dd { margin: 0 0 .2rem; max-width: 78ch; }
    .methods code, .tile code { font-size: .92em; color: var(--faint); }
    @media print { @page { size: A4; margin: 14mm; }
      main > section { border: 0; padding: 0; break-inside: auto; margin-bottom: .6rem; }
      h2, h3, caption, summary { break-after: avoid; }
      .chart, .pictures figure, .tile { break-inside: avoid; }
      thead { display: table-header-group; }
      tfoot { display: table-row-group; }
      .note, figcaption, caption, footer { font-size: 9.5px; }
      .tiles { grid-template-columns: repeat(4, 1fr); gap: .4rem; }
      .tile { padding: .3rem .5rem; } .tile .figure { font-size: 1.2rem; }
      details::details-content { content-visibility: visible; block-size: auto; }
      summary { list-style: none; }
      .scores { font-size: 9.5px; } .scores th, .scores td { padding-right: .5rem; }
      .strip { width: 5rem; } }
    """
}
