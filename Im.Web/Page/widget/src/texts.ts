/** What the widget says, in the language of the page around it. */
const en = {
  chat: 'Chat',
  open: 'Open the chat',
  close: 'Close the chat',
  unread: (count: number) => (count === 1 ? '1 unread message' : `${count} unread messages`),
  messages: 'Messages',
  older: 'Show earlier messages',
  empty: 'Nothing has been said here yet.',
  write: 'Write a message',
  send: 'Send',
  sending: 'Sending…',
  connecting: 'Connecting…',
  reconnecting: 'Reconnecting…',
  noToken: 'Log in to join the chat.',
  failed: 'The chat cannot be reached.',
  ended: 'This chat was ended.',
  retry: 'Try again',
  notSent: 'Your message was not sent. Please try again.',
  muted: 'You cannot write here at the moment.',
  tooFast: 'Not so fast, please. Try again in a moment.',
  erased: 'This message was removed.',
  edited: 'edited',
  somethingElse: 'A message that is shown in the full chat only.',
  joined: (name: string) => `${name} joined.`,
  left: (name: string) => `${name} left.`,
};

type Texts = typeof en;

const zh: Texts = {
  chat: '聊天',
  open: '打开聊天',
  close: '关闭聊天',
  unread: (count) => `${count} 条未读消息`,
  messages: '消息',
  older: '显示更早的消息',
  empty: '这里还没有消息。',
  write: '输入消息',
  send: '发送',
  sending: '正在发送…',
  connecting: '正在连接…',
  reconnecting: '正在重新连接…',
  noToken: '登录后即可参与聊天。',
  failed: '无法连接到聊天。',
  ended: '此聊天已结束。',
  retry: '重试',
  notSent: '消息未能发送，请重试。',
  muted: '您暂时无法在此发言。',
  tooFast: '发送过于频繁，请稍后再试。',
  erased: '此消息已被移除。',
  edited: '已编辑',
  somethingElse: '此消息只能在完整的聊天页面中查看。',
  joined: (name) => `${name} 已加入。`,
  left: (name) => `${name} 已离开。`,
};

const zhTW: Texts = {
  chat: '聊天',
  open: '開啟聊天',
  close: '關閉聊天',
  unread: (count) => `${count} 則未讀訊息`,
  messages: '訊息',
  older: '顯示更早的訊息',
  empty: '這裡還沒有訊息。',
  write: '輸入訊息',
  send: '傳送',
  sending: '傳送中…',
  connecting: '連線中…',
  reconnecting: '正在重新連線…',
  noToken: '登入後即可參與聊天。',
  failed: '無法連線到聊天。',
  ended: '此聊天已結束。',
  retry: '重試',
  notSent: '訊息未能送出，請再試一次。',
  muted: '您暫時無法在此發言。',
  tooFast: '傳送太頻繁，請稍後再試。',
  erased: '此訊息已被移除。',
  edited: '已編輯',
  somethingElse: '此訊息只能在完整的聊天頁面中檢視。',
  joined: (name) => `${name} 已加入。`,
  left: (name) => `${name} 已離開。`,
};

/** @param language A tag, such as `zh-Hant-HK`; what is neither kind of Chinese is English. */
export function textsOf(language: string): { readonly tag: string; readonly texts: Texts } {
  if (!/^zh\b/i.test(language)) return { tag: 'en', texts: en };
  return /hant|-(tw|hk|mo)\b/i.test(language) ? { tag: 'zh-Hant', texts: zhTW } : { tag: 'zh-Hans', texts: zh };
}

export type { Texts };
