// Talks to a Rasa REST channel with the client that Tiledesk wrote for Rasa; prints what it makes of the answer.
const [folder, url, text] = process.argv.slice(2);
const { Rasa } = require(`${folder}/node_modules/@tiledesk/tiledesk-rasa-connector/Rasa.js`);
const write = console.log;
console.log = () => {};
const rasa = new Rasa();
rasa.runRASAQuery.call({ log: false }, url, "tiledesk-visitor", text, (result) => {
  write(JSON.stringify({ result, commands: rasa.commandsByRASAResponse(result) }));
});
