#!/usr/bin/env node
// Starts Frontdesk. Plain JavaScript that a Node much too old can still parse, so that it can say so in a sentence:
// an old Node looks for the newer one that npm brings with the development dependency `node`, and starts itself again
// on that. Written without anything younger than Node 12.

import { spawn } from "child_process";
import { existsSync } from "fs";
import { constants } from "os";
import { dirname, join, sep } from "path";
import { fileURLToPath, pathToFileURL } from "url";

const OLDEST = [22, 18];
const self = fileURLToPath(import.meta.url);
const root = dirname(dirname(self));

function isNewEnough(version) {
  const parts = version.replace(/^v/, "").split(".").map(Number);
  return parts[0] > OLDEST[0] || (parts[0] === OLDEST[0] && parts[1] >= OLDEST[1]);
}

/** The Node of the npm package `node`: in the checkout, or beside the package where it is installed. */
function findNewerNode() {
  const places = [join(root, "node_modules", "node", "bin"), join(dirname(root), "node", "bin")];
  const names = places.map((place) => join(place, process.platform === "win32" ? "node.exe" : "node"));
  return names.filter((path) => path !== process.execPath && existsSync(path))[0];
}

/** A checkout runs its TypeScript; Node refuses that below node_modules, so a package brings compiled JavaScript. */
function findMain() {
  const source = join(root, "src", "cli", "main.ts");
  const isPackage = root.split(sep).indexOf("node_modules") !== -1;
  return existsSync(source) && !isPackage ? source : join(root, "dist", "src", "cli", "main.js");
}

/** Runs this file on a newer Node and behaves as that does: same input and output, signals, exit code. */
function startOn(node) {
  const child = spawn(node, ["--disable-warning=ExperimentalWarning", self].concat(process.argv.slice(2)), {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  const forwarded = ["SIGTERM", "SIGHUP", "SIGINT"];
  forwarded.forEach((signal) => {
    process.on(signal, () => {
      // Ctrl-C reaches every process of the terminal by itself; passing it on would make it two.
      if (signal !== "SIGINT" || !process.stdin.isTTY) {
        child.kill(signal);
      }
    });
  });
  child.on("error", (error) => {
    fail("Frontdesk could not be started on " + node + ": " + error.message);
  });
  child.on("exit", (code, signal) => {
    process.exit(signal === null ? code : 128 + constants.signals[signal]);
  });
}

function fail(sentence) {
  process.stderr.write(sentence + "\n");
  process.exit(1);
}

/** Node 22 still announces that it strips types; nobody who runs Frontdesk can do anything about that. */
function silenceExperimentalWarnings() {
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    if (warning.name !== "ExperimentalWarning") {
      process.stderr.write("(node:" + process.pid + ") " + warning.name + ": " + warning.message + "\n");
    }
  });
}

/** When the older Node in front is killed, its end of the channel closes: no daemon is to stay behind unseen. */
function endWithStarter() {
  if (process.channel) {
    process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
    process.channel.unref();
  }
}

if (isNewEnough(process.version)) {
  silenceExperimentalWarnings();
  endWithStarter();
  process.argv[1] = findMain();
  import(pathToFileURL(process.argv[1]).href);
} else {
  const newer = findNewerNode();
  if (newer === undefined) {
    fail(
      "Frontdesk needs Node.js " +
        OLDEST.join(".") +
        " or newer, and this is " +
        process.version +
        ": install a newer Node.js, or run `npm install` in the checkout, which brings one.",
    );
  } else {
    startOn(newer);
  }
}
