import { createLiveside } from "@liveside/vue";
import { createApp } from "vue";
import "../../style.css";
import App from "./App.vue";

createApp(App).use(createLiveside()).mount("#root");
