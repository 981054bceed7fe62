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
export function sample({ addUser, append, directOf, lobby }) {
  const users = people.map(([nickname, brief]) => addUser(nickname, 'password', brief));
  const now = Date.now();
  const node = (index) => `realtime-${(index % 3 === 1 ? 1 : 0) + 1}`;
  for (let index = 0; index < 120; index++)
    append(lobby, users[(index * 7) % 5], `An older message, number ${index + 1}`, undefined, now - (60 * 60 - index * 9) * 60_000, node(index));
  talk.forEach(([who, text, minutesAgo], index) => append(lobby, users[who], text, undefined, now - minutesAgo * 60_000, node(index)));
  const [jenny, tom, ming] = users;
  const withTom = directOf(jenny.id, tom.id);
  append(withTom, jenny, 'Did you see the trace? All five spans in one picture.', undefined, now - 50 * 60_000);
  append(withTom, tom, 'Wonderful, sending it on', undefined, now - 48 * 60_000, 'realtime-2');
  append(withTom, tom, 'Tea at five?', undefined, now - 5 * 60_000, 'realtime-2');
  append(directOf(jenny.id, ming.id), ming, '文档我看完了，写得很清楚', undefined, now - 26 * 3_600_000, 'realtime-2');
  append(directOf(jenny.id, ming.id), jenny, '太好了，谢谢！', undefined, now - 25 * 3_600_000);
  for (const user of users) lobby.read.set(user.id, lobby.messages.length - 3);
  return users.slice(0, 6);
}
