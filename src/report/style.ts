/**
 * How a report looks: dark and light as the reader has it, and on A4 paper.
 *
 * Promises: no font, image or rule from elsewhere.
 */
export const STYLE = `
:root{color-scheme:light dark;--ground:#fff;--card:#f6f7f9;--ink:#1b1f24;--soft:#59636e;--edge:#d5dae0;
--equity:#0b6bcb;--hold:#8a6d1f;--gain:#12703a;--loss:#b3261e;--gain-fill:18,112,58;--loss-fill:179,38,30;
--c0:#0b6bcb;--c1:#b3261e;--c2:#12703a;--c3:#8a4fbf;--c4:#a85b00;--c5:#00757a;--c6:#6b6f76}
@media (prefers-color-scheme:dark){:root{--ground:#14171b;--card:#1c2127;--ink:#e6e9ed;--soft:#9aa4af;--edge:#39424c;
--equity:#6cb2ff;--hold:#d9b75a;--gain:#5ed08c;--loss:#ff8a80;--gain-fill:46,160,96;--loss-fill:220,80,70;
--c0:#6cb2ff;--c1:#ff8a80;--c2:#5ed08c;--c3:#c69cf0;--c4:#f0a95b;--c5:#5fd0d4;--c6:#a9afb7}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,"Segoe UI",Roboto,"Liberation Sans",sans-serif}
main,header,footer{max-width:1120px;margin:0 auto;padding:0 24px}
header{padding-top:36px}
h1{font-size:28px;line-height:1.2;margin:0 0 4px;letter-spacing:-.01em}
h2{font-size:20px;margin:44px 0 12px;padding-top:16px;border-top:1px solid var(--edge)}
h3{font-size:15px;margin:24px 0 8px}
p{margin:8px 0;max-width:76ch;overflow-wrap:anywhere}
.lead{color:var(--soft);margin:0}
.note{max-width:100ch}.verdict{max-width:none}.note,caption,figcaption+.note{color:var(--soft);font-size:13px}
.none{color:var(--soft);font-style:italic}
.badge{display:inline-block;border:1px solid var(--edge);border-radius:99px;padding:1px 12px;font-size:13px;margin:0 6px 14px 0}
.badge.loud{border-color:var(--loss);color:var(--loss);font-weight:600}
.doubts,.verdict{border-left:4px solid var(--equity);background:var(--card);padding:10px 16px;border-radius:0 6px 6px 0}
.doubts{border-color:var(--loss)}.doubts ul{margin:4px 0;padding-left:20px;overflow-wrap:anywhere}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(126px,1fr));gap:10px;margin:20px 0}
.tiles div{background:var(--card);border:1px solid var(--edge);border-radius:8px;padding:10px 14px}
dt{color:var(--soft);font-size:12.5px}dd{margin:0;font-size:20px;font-weight:600;font-variant-numeric:tabular-nums;white-space:nowrap}
.gain{color:var(--gain)}.loss{color:var(--loss)}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:13.5px;font-variant-numeric:tabular-nums}
caption{text-align:left;padding-bottom:6px}
th,td{padding:4px 8px;border-bottom:1px solid var(--edge);vertical-align:top}
thead th{border-bottom:2px solid var(--edge);color:var(--soft);font-weight:600;font-size:12.5px}
tbody tr:hover{background:var(--card)}
.n,.t{white-space:nowrap}.n{text-align:right}.t{text-align:left}.pairs .t,.metrics td:last-child{white-space:normal}
.pairs th{font-weight:400;color:var(--soft);width:32%}.pairs .t{overflow-wrap:anywhere}
.columns{columns:2;column-gap:32px}.columns table,.columns tbody{display:block;width:auto}
.columns tr{display:flex;break-inside:avoid}.columns th{flex:0 0 60%}.columns td{flex:1;min-width:0}
code{white-space:normal;font:12px ui-monospace,Consolas,"Liberation Mono",monospace;overflow-wrap:anywhere}
.months td,.months th{padding:5px 6px}
.gain.s1{background:rgba(var(--gain-fill),.08)}.gain.s2{background:rgba(var(--gain-fill),.16)}.gain.s3{background:rgba(var(--gain-fill),.26)}.gain.s4{background:rgba(var(--gain-fill),.38)}
.loss.s1{background:rgba(var(--loss-fill),.08)}.loss.s2{background:rgba(var(--loss-fill),.16)}.loss.s3{background:rgba(var(--loss-fill),.26)}.loss.s4{background:rgba(var(--loss-fill),.38)}
.months .s3,.months .s4{color:var(--ink)}
figure{margin:18px 0;padding:14px 16px;background:var(--card);border:1px solid var(--edge);border-radius:8px}
figcaption{font-weight:600;margin-bottom:4px}
figure>svg{display:block;width:100%;height:auto}.beside{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:0 28px;align-items:start}.beside>div{min-width:0}
svg text{fill:var(--soft);font-size:12px;font-family:inherit}
.grid{stroke:var(--edge);stroke-width:1;opacity:.7;fill:none}.tick{stroke:var(--edge);fill:none}
.zero{stroke:var(--soft);stroke-dasharray:3 3;fill:none}
.line{fill:none;stroke-width:1.6;stroke-linejoin:round}.equity{stroke:var(--equity)}.hold{stroke:var(--hold);stroke-dasharray:6 3}
.water{fill:var(--loss);fill-opacity:.35;stroke:var(--loss);stroke-width:1}
.sign{fill:none;stroke-width:1.2;opacity:.75}.crowd .sign{stroke-width:.8;opacity:.4}
.c0{stroke:var(--c0)}.c1{stroke:var(--c1)}.c2{stroke:var(--c2)}.c3{stroke:var(--c3)}.c4{stroke:var(--c4)}.c5{stroke:var(--c5)}.c6{stroke:var(--c6)}
.dot{fill:var(--equity);fill-opacity:.5;stroke:var(--equity)}
.bar.gain{fill:var(--gain);fill-opacity:.55}.bar.loss{fill:var(--loss);fill-opacity:.55}.whisker{stroke:var(--ink);fill:none}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:4px 18px;margin:2px 0 6px;padding:0;font-size:12.5px;color:var(--soft)}
.legend svg{width:24px;height:12px;vertical-align:-1px;margin-right:6px}
summary{cursor:pointer;color:var(--soft);font-size:13px;margin:6px 0}
:is(summary,.wide):focus-visible{outline:2px solid var(--equity);outline-offset:2px}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
footer{color:var(--soft);font-size:12.5px;padding-top:28px;padding-bottom:36px;overflow-wrap:anywhere}
@media (max-width:820px){.beside{grid-template-columns:minmax(0,1fr)}}
@media (max-width:640px){main,header,footer{padding-left:14px;padding-right:14px}.columns{columns:1}dd{font-size:17px}.metrics td:last-child{min-width:15em}}
@media print{@page{size:A4;margin:14mm}
:root{color-scheme:light;--ground:#fff;--card:#fff;--ink:#000;--soft:#444;--edge:#bbb;--equity:#0b6bcb;--hold:#8a6d1f;--gain:#12703a;--loss:#b3261e;
--gain-fill:18,112,58;--loss-fill:179,38,30;--c0:#0b6bcb;--c1:#b3261e;--c2:#12703a;--c3:#8a4fbf;--c4:#a85b00;--c5:#00757a;--c6:#6b6f76}
*{print-color-adjust:exact}body{font-size:10pt}main,header,footer{max-width:none;padding:0}
h2,h3{break-after:avoid}figure,tr,.tiles div,.verdict{break-inside:avoid}thead{display:table-header-group}
details:not([open]){display:none}.wide{overflow:visible}table{font-size:8pt}th,td{padding:2px 5px}dd{font-size:13pt}}
`;
