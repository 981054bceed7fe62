import { displayNameOf, nameOf } from './names.ts';

/** What somebody is called, where there is room for two names beside each other: the one they chose, and the nickname, which is theirs alone. */
export function Name({ id, nickname }: { id: string; nickname: string }) {
  const name = displayNameOf({ id, nickname });
  if (name === undefined) return <bdi>{nameOf({ id, nickname })}</bdi>;
  return (
    <>
      <bdi data-testid="display-name">{name}</bdi> <bdi class="nickname">@{nickname}</bdi>
    </>
  );
}
