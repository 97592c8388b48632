// Starts the rating panel on a page of the rating server.

import { attach } from "./rating_panel.js";
import { httpChannel } from "./rating_http.js";

const life = new AbortController();
const place = document.querySelector("main");
if (place) attach(place, /** @type {any} */ (httpChannel(life.signal)), { signal: life.signal });
