var h=`
:host { all: initial; position: fixed; inset: 0; z-index: 2147483647; display: grid; align-items: end;
  color-scheme: light dark; background: rgb(10 12 20 / .45); font: 15px/1.5 system-ui, sans-serif; }
section { box-sizing: border-box; width: min(72rem, 100%); max-height: 80vh; margin: 0 auto; display: grid;
  grid-template-rows: auto minmax(0, 1fr) auto; border-radius: 14px 14px 0 0; overflow: hidden; outline: none;
  color: #1d2433; background: #fff; border-top: 4px solid #d92d3f; box-shadow: 0 -8px 40px rgb(0 0 0 / .3); }
header { display: flex; gap: 1rem; align-items: center; padding: 1rem 1.25rem; }
h1 { flex: 1; margin: 0; font-size: 1.05rem; font-weight: 650; }
h1 code { font: inherit; color: #b4202f; }
button { font: inherit; font-size: .85rem; padding: .35rem .8rem; border-radius: 8px; cursor: pointer;
  color: inherit; background: transparent; border: 1px solid #c8cedb; }
button:hover { background: rgb(127 127 127 / .12); }
button:focus-visible, pre:focus-visible { outline: 2px solid #3b6cf6; outline-offset: 2px; }
pre { margin: 0; padding: 1rem 1.25rem; overflow: auto; tab-size: 4; font: 13px/1.55 ui-monospace, "SF Mono",
  Menlo, Consolas, "DejaVu Sans Mono", monospace; background: #f6f7fa; border-block: 1px solid #e3e7ef; }
pre:focus-visible { outline-offset: -2px; }
footer { padding: .75rem 1.25rem; font-size: .85rem; color: #55607a; }
.red { color: #b4202f } .green { color: #17743c } .yellow { color: #8a5a00 } .blue { color: #1e54c9 }
.magenta { color: #8e2bb0 } .cyan { color: #0b6e80 } .bold { font-weight: 700 }
@media (prefers-color-scheme: dark) {
  section { color: #e6eaf3; background: #171b26; border-top-color: #ff6372; }
  h1 code { color: #ff8d98; }
  button { border-color: #3d465b; }
  pre { background: #0f121a; border-color: #272e3e; }
  footer { color: #98a3ba; }
  .red { color: #ff7b88 } .green { color: #6fd693 } .yellow { color: #f0c264 } .blue { color: #86aaff }
  .magenta { color: #da9bf2 } .cyan { color: #66d3e4 }
}`,u=/\x1b(?:\[([\d;:]*)([ -/]*[@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])/g,f=["","red","green","yellow","blue","magenta","cyan"];function b(a){let n=[],r=!1,e="",l=i=>{if(!i)return;let t=document.createElement("span");t.className=[e,r?"bold":""].join(" ").trim(),t.textContent=i,n.push(t.className?t:document.createTextNode(i))},d=0;for(let i of a.matchAll(u)){if(l(a.slice(d,i.index)),d=i.index+i[0].length,i[2]!=="m")continue;let t=i[1].split(/[;:]/).map(Number);for(let s=0;s<t.length;s++){let o=t[s];if(o===0)r=!1,e="";else if(o===1)r=!0;else if(o===22)r=!1;else if(o===39)e="";else if(o>=30&&o<=37||o>=90&&o<=97)e=f[o%10]??"";else if(o===38||o===48){let c=t[s+1]===5;o===38&&(e=c?f[t[s+2]<16?t[s+2]%8:0]??"":""),s+=c?2:4}}}return l(a.slice(d)),n}var m=class{#e=document.createElement("liveside-build-error");#t=document.createElement("h1");#n=document.createElement("pre");#o=document.createElement("section");#r=null;constructor(){let n=new CSSStyleSheet;n.replaceSync(h);let r=this.#e.attachShadow({mode:"open"});r.adoptedStyleSheets=[n];let e=document.createElement("button");e.type="button",e.textContent="Close (Esc)",e.dataset.testid="overlay-close",e.addEventListener("click",()=>this.hide());let l=document.createElement("header");l.append(this.#t,e),this.#t.id="title",this.#t.dataset.testid="overlay-title",this.#n.dataset.testid="overlay-text",this.#n.tabIndex=0;let d=document.createElement("footer");d.textContent="The version before goes on working. This closes by itself once the component builds again.",this.#e.dataset.testid="overlay",this.#o.setAttribute("role","alertdialog"),this.#o.setAttribute("aria-labelledby","title"),this.#o.tabIndex=-1,this.#o.append(l,this.#n,d),r.append(this.#o)}show(n,r){let e=document.createElement("code");e.textContent=n??"A component",this.#t.replaceChildren(e," does not build"),this.#n.replaceChildren(...b(r)),!this.#e.isConnected&&(this.#r=document.activeElement,document.body.append(this.#e),document.addEventListener("keydown",this.#i),this.#o.focus())}hide(){this.#e.isConnected&&(document.removeEventListener("keydown",this.#i),this.#e.remove(),this.#r?.focus?.())}#i=n=>{n.key==="Escape"&&this.hide()}};export{m as BuildError,b as renderTerminalText};
//# sourceMappingURL=overlay.js.map
