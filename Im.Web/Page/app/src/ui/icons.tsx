import type { ComponentChildren } from 'preact';

export function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
      {children}
    </svg>
  );
}

/** Two nodes and what passes between them, in a word. */
export const Logo = () => (
  <svg class="logo" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
    <path class="logo-word" d="M16 3C8.3 3 2 8.4 2 15.1c0 3.7 2 7 5 9.2L6 29l5.6-2.5c1.4.4 2.9.6 4.4.6 7.7 0 14-5.4 14-12.1S23.7 3 16 3Z" />
    <path class="logo-way" d="M11.5 15h9" />
    <circle class="logo-one" cx="10.5" cy="15" r="3" />
    <circle class="logo-two" cx="21.5" cy="15" r="3" />
  </svg>
);

export const PlusIcon = () => <Icon><path d="M12 5v14M5 12h14" /></Icon>;
export const InfoIcon = () => <Icon><circle cx="12" cy="12" r="8.500" /><path d="M12 11v5.500M12 7.500h.01" stroke-width="2" /></Icon>;
export const PinIcon = () => <Icon><path d="M9 3.500h6l-1 6.500 3.500 3.500h-11L10 10zM12 13.500V21" /></Icon>;
export const BellOffIcon = () => <Icon><path d="M8 5.300A6 6 0 0 1 18 10c0 2.600.4 4.300 1 5.500M6.200 8.500C5.800 14 4.500 15.500 3.500 17.500H17M10 20.500h4M4 4l16 16" /></Icon>;
export const BackIcon = () => <Icon><path d="m15 5-7 7 7 7" /></Icon>;
export const GhostIcon = () => <Icon><path d="M5 20V11a7 7 0 0 1 14 0v9l-2.3-1.8L14.300 20 12 18.200 9.700 20l-2.400-1.800zM9.500 10.500h.01m4.980 0h.01" /></Icon>;
export const SendIcon = () => <Icon><path d="M12 19V5m-6.5 6.500L12 5l6.5 6.5" /></Icon>;
export const EditIcon = () => <Icon><path d="M4 20h4L19.5 8.500a2.1 2.1 0 0 0-3-3L5 17zM14.5 7l3 3" /></Icon>;
export const LogOutIcon = () => <Icon><path d="M10 4H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h4m5-4 4-4-4-4m4 4H10" /></Icon>;
export const PeopleIcon = () => <Icon><circle cx="9" cy="8" r="3.25" /><path d="M3 19.500c.4-3.3 2.8-5.2 6-5.200s5.6 1.9 6 5.200M16 5.200a3.2 3.2 0 0 1 0 5.700m2 3.900c1.7.7 2.8 2.3 3 4.7" /></Icon>;
export const PlazaIcon = () => <Icon><path d="M4 9.5 12 4l8 5.500M5.5 20V10.500m13 9.500V10.500M3.5 20h17M9.5 20v-5.500a2.5 2.5 0 0 1 5 0V20" /></Icon>;
export const DownIcon = () => <Icon><path d="M12 5v14m6-6-6 6-6-6" /></Icon>;
export const UpIcon = () => <Icon><path d="M12 19V5m6 6-6-6-6 6" /></Icon>;
export const MoreIcon = () => <Icon><path d="M6 12h.01M12 12h.01M18 12h.01" stroke-width="2.500" /></Icon>;
export const PollIcon = () => <Icon><path d="M5 5v14M5 7h11M5 12h7m-7 5h14" /></Icon>;
export const ClipIcon = () => <Icon><path d="m19.500 11.500-7.800 7.800a4.700 4.700 0 0 1-6.700-6.600l8.200-8.200a3.100 3.100 0 0 1 4.400 4.400L9.500 17a1.600 1.600 0 0 1-2.200-2.200l7.200-7.200" /></Icon>;
export const FileIcon = () => <Icon><path d="M13.500 3.500H7A1.500 1.500 0 0 0 5.500 5v14A1.500 1.500 0 0 0 7 20.500h10a1.500 1.500 0 0 0 1.500-1.500V8.500zm0 0v5h5" /></Icon>;
export const DownloadIcon = () => <Icon><path d="M12 4v11m5-4.500-5 5-5-5M5 19.500h14" /></Icon>;
export const WaitingIcon = () => <Icon><circle cx="12" cy="12" r="8" /><path d="M12 7.5V12l3 2" /></Icon>;
export const ChevronIcon = () => <Icon><path d="m8 10 4 4 4-4" /></Icon>;
export const CloseIcon = () => <Icon><path d="m6 6 12 12M18 6 6 18" /></Icon>;
export const CopyIcon = () => <Icon><path d="M9 8.500A1.500 1.500 0 0 1 10.500 7h8A1.500 1.500 0 0 1 20 8.500v10a1.500 1.500 0 0 1-1.500 1.500h-8A1.500 1.500 0 0 1 9 18.500zM15 4H5.500A1.500 1.500 0 0 0 4 5.500V15" /></Icon>;
export const CheckIcon = () => <Icon><path d="m5 12.5 4.5 4.500L19 7.5" /></Icon>;
export const TwoChecksIcon = () => <Icon><path d="m3 12.5 4 4.500L16 7m-4.500 8.500 1 1L21.5 7" /></Icon>;
export const ReplyIcon = () => <Icon><path d="m9 6-5 5 5 5m-5-5h10a6 6 0 0 1 6 6v1" /></Icon>;
export const LinkIcon = () => <Icon><path d="M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.700-5.700l-1.500 1.500M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.700 5.700l1.500-1.500" /></Icon>;
export const UnreadIcon = () => <Icon><path d="M14 5H5a1 1 0 0 0-1 1v12a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-8" /><circle cx="19" cy="5" r="2.500" fill="currentColor" /></Icon>;
export const TrashIcon = () => <Icon><path d="M4 7h16M9 7V4.500h6V7m3 0-1 12.500H7L6 7m4.500 4v5m3-5v5" /></Icon>;
export const EmojiIcon = () => <Icon><circle cx="12" cy="12" r="8.500" /><path d="M8.500 14.500c1.800 2.300 5.200 2.300 7 0M9 9.500h.01M15 9.500h.01" stroke-width="2" /></Icon>;
export const SearchIcon = () => <Icon><circle cx="11" cy="11" r="6.500" /><path d="m16 16 4.500 4.500" /></Icon>;
export const GoToIcon = () => <Icon><path d="M4 12h13m-5-5.500 5.500 5.500-5.500 5.500M20.500 5v14" /></Icon>;
export const NewTabIcon = () => <Icon><path d="M14 5h5v5m0-5-8 8m-2-7H6a1 1 0 0 0-1 1v11a1 1 0 0 0 1 1h11a1 1 0 0 0 1-1v-3" /></Icon>;
export const EyeIcon = () => <Icon><path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z" /><circle cx="12" cy="12" r="2.75" /></Icon>;
export const EyeOffIcon = () => <Icon><path d="M9.5 5.800A9 9 0 0 1 12 5.500c6 0 9.5 6.5 9.5 6.500a16 16 0 0 1-2.6 3.300m-3.4 2.400a9 9 0 0 1-3.5.8c-6 0-9.5-6.5-9.5-6.500a16 16 0 0 1 4-4.500M4 4l16 16" /></Icon>;
export const AutoIcon = () => <Icon><circle cx="12" cy="12" r="8" /><path d="M12 4v16a8 8 0 0 0 0-16Z" fill="currentColor" stroke="none" /></Icon>;
export const SunIcon = () => <Icon><circle cx="12" cy="12" r="3.75" /><path d="M12 3v1.500M12 19.500V21M3 12h1.500M19.5 12H21M5.6 5.600l1.1 1.100m10.6 10.6 1.1 1.100m0-12.8-1.1 1.100M6.7 17.300l-1.1 1.1" /></Icon>;
export const MoonIcon = () => <Icon><path d="M19.5 14.200A8 8 0 0 1 9.8 4.500a8 8 0 1 0 9.7 9.700Z" /></Icon>;

export const FlagIcon = () => (
  <Icon>
    <path d="M5 21V4h13l-3 4.5 3 4.5H5" />
  </Icon>
);
