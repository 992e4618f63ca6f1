/** HTML that Python made, without what could run, load or leave the page. */

const FORBIDDEN = "script:not([type='application/json']), iframe, frame, object, embed, link, meta, base, form";

/** Attributes that name an address. */
const ADDRESSES = new Set(["href", "src", "xlink:href", "action", "formaction", "poster", "data", "srcset", "background"]);

/** A harmless copy of the HTML, ready to be put into the page. */
export function cleanHtml(html: string): DocumentFragment {
  const { body } = new DOMParser().parseFromString(html, "text/html");
  body.querySelectorAll(FORBIDDEN).forEach((each) => each.remove());
  body.querySelectorAll("*").forEach(cleanAttributes);
  const fragment = document.createDocumentFragment();
  fragment.append(...body.childNodes);
  return document.importNode(fragment, true);
}

function cleanAttributes(element: Element): void {
  for (const { name, value } of [...element.attributes]) {
    if (name.startsWith("on") || name === "srcdoc") element.removeAttribute(name);
    else if (ADDRESSES.has(name) && !isAllowed(element, value)) element.removeAttribute(name);
  }
}

/** A link may lead anywhere on the web; what the browser would load by itself must be in the page or of this host. */
function isAllowed(element: Element, address: string): boolean {
  if (address.trim().startsWith("#")) return true;
  if (/^data:image\//i.test(address.trim())) return element.localName === "img" || element.localName === "image";
  const { protocol, origin } = new URL(address, document.baseURI);
  if (element.localName === "a") return protocol === "https:" || protocol === "http:";
  return origin === location.origin;
}
