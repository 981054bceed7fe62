// People and a conversation for the mock server. Everybody's password is "password".

const people = [
  ['Jenny', 'likes tea'],
  ['Tom', 'Building things that talk to each other'],
  ['小明', '今天也要加油 🌱'],
  ['Priya', 'on call until Friday'],
  ['Søren', ''],
  ['陈晓', '产品经理 · 爱喝咖啡'],
  ['Mateo', '¡hola! based in Lima'],
  ['Aiko', '東京 · design'],
];

const talk = [
  [0, 'Morning, everybody ☀️', 26 * 60],
  [0, 'Both nodes came up in four seconds today', 26 * 60 - 1],
  [2, '早上好！我这边看到 realtime-2 也上线了', 26 * 60 - 3],
  [1, 'Nice. I opened one tab on each, side by side: https://localhost:20460/?node=realtime-2 (messages cross in about two milliseconds)', 25 * 60],
  [3, "Is that with the commit to Postgres? I'd have guessed more.", 25 * 60 - 2],
  [1, 'Yes, ack after commit. Click the two dots beside a message: it tells which way it came.', 25 * 60 - 4],
  [5, '这个小圆点的设计很贴心', 24 * 60 + 10],
  [7, 'おはようございます', 300],
  [6, 'I killed realtime-1 from the dashboard while typing this. Nobody noticed, including me.', 200],
  [6, 'It came back by itself.', 199],
  [4, 'Long words wrap, too: Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz_and_a_path/that/does/not/end/anywhere/soon/at/all.tar.gz', 90],
  [0, '😀🎉', 60],
  [2, '晚上有人一起看日志吗？', 12],
  [3, 'I can, after nine', 11],
  [3, 'Bring tea', 11],
];

/** Fills the store; @returns those who are shown as online though nobody is connected for them. */
export function sample({ addUser, directOf, lobby }) {
  const users = people.map(([nickname, brief]) => addUser(nickname, 'password', brief));
  const now = Date.now();
  const node = (index) => `realtime-${(index % 3 === 1 ? 1 : 0) + 1}`;
  const post = (log, user, what, minutesAgo, at = node(0)) => log.append(user, what, undefined, now - minutesAgo * 60_000, at);
  const say = (log, user, text, minutesAgo, at, rest = {}) => post(log, user, { kind: 'text', content: { text, ...rest.content }, ...(rest.target && { target: rest.target }) }, minutesAgo, at);
  for (let index = 0; index < 120; index++) say(lobby, users[(index * 7) % 5], `An older message, number ${index + 1}`, 60 * 60 - index * 9, node(index));
  const said = talk.map(([who, text, minutesAgo], index) => say(lobby, users[who], text, minutesAgo, node(index)));
  const [jenny, tom, ming, priya, , chen, mateo] = users;
  const react = (user, line, ...keys) => post(lobby, user, { kind: 'reaction', target: line, content: { keys } }, 9);
  react(ming, said[3].line, '👍', '🎉');
  react(priya, said[3].line, '👍');
  react(jenny, said[8].line, '😂');
  for (const user of [tom, ming, chen]) react(user, said[8].line, '😂', '❤️');
  say(lobby, tom, 'It was node 2 that told me. The first one knew it 2 ms later.', 9, node(1), { target: 5 });
  const typo = say(lobby, mateo, 'I will bring alfajroes', 8, node(0));
  post(lobby, mateo, { kind: 'edit', target: typo.line, content: { text: 'I will bring alfajores' } }, 7);
  const slip = say(lobby, chen, '口误', 7, node(1));
  post(lobby, chen, { kind: 'recall', target: slip.line, content: {} }, 6);
  const poll = post(lobby, tom, { kind: 'poll', content: { question: 'When shall we read the logs?', options: ['at six', 'at nine', 'tomorrow morning', '周末'] } }, 5);
  for (const [user, choice] of [[ming, 1], [priya, 1], [chen, 3], [jenny, 0]]) post(lobby, user, { kind: 'vote', target: poll.line, content: { choices: [choice] } }, 4);
  say(lobby, priya, '@Jenny nine is fine with you, too?', 3, node(1), { target: said.at(-1).line, content: { mentions: [jenny.id] } });
  post(lobby, mateo, { kind: 'sticker', content: { name: 'tango' } }, 2); // of a kind that no page knows yet
  const withTom = directOf(jenny.id, tom.id);
  say(withTom, jenny, 'Did you see the trace? All five spans in one picture.', 50);
  say(withTom, tom, 'Wonderful, sending it on', 48, 'realtime-2', { target: 1 });
  const withMing = directOf(jenny.id, ming.id);
  say(withMing, ming, '文档我看完了，写得很清楚', 26 * 60, 'realtime-2');
  say(withMing, jenny, '太好了，谢谢！', 25 * 60);
  withMing.read.set(ming.id, 2);
  say(withTom, tom, 'Tea at five?', 5, 'realtime-2');
  for (const user of users) lobby.read.set(user.id, lobby.lastLine - 3);
  return users.slice(0, 6);
}
