namespace Im.Protocol;

/// <summary>The limits of <c>docs/protocol.md</c> in one place.</summary>
public static class ProtocolLimits
{
    /// <summary>The newest version, which <see cref="SubProtocol"/> asks for. Who asks for nothing speaks version 1.</summary>
    public const int Version = 2;
    public const string SubProtocol = "im.v2";
    public const string SubProtocolOne = "im.v1";

    /// <summary>Offered beside <see cref="SubProtocol"/>, with a ticket behind it: the connection is its session's, and no cookie is looked at.</summary>
    public const string TicketSubProtocol = "im.ticket.";

    /// <summary>How the ticket of <c>GET /api/connect</c> begins, which is for one node and one page.</summary>
    public const string ConnectTicketPrefix = "imc_";

    /// <summary>A larger frame from a client closes its connection with 1009.</summary>
    public const int MaxFrameBytes = 96 * 1024;
    public const int MaxFrameBytesOne = 32 * 1024;

    /// <summary>Length of a text, in UTF-16 code units.</summary>
    public const int MaxTextChars = 10_000;

    /// <summary>The same of what version 1 and the HTTP API send; what they are given may be longer.</summary>
    public const int MaxTextCharsOne = 4_000;

    public const int MaxIdChars = 64;
    public const int MaxKindChars = 32;
    public const int MaxJsonDepth = 8;

    public const int DefaultPageMessages = 50;
    public const int MaxPageMessages = 100;
    public const int MaxConversations = 100;
    public const int MaxPresenceUsers = 500;

    /// <summary>
    /// Texts of a page in UTF-8, and nicknames and briefs of a list of users: where they are longer, it is shorter, though never empty. JSON makes up to six bytes of one, and an
    /// answer has to fit into the outbox.
    /// </summary>
    public const int MaxPageTextBytes = 128 * 1024;

    /// <summary>So many effects of one line come with a page; of more the newest, and their number.</summary>
    public const int MaxLineEffects = 200;

    /// <summary>A conversation's last message is shown with this much of its text, in characters (code points).</summary>
    public const int MaxPreviewChars = 256;

    /// <summary>Bounds of one connection's outbox; over either, the connection is closed with <see cref="CloseCodes.SlowConsumer"/>.</summary>
    public const int MaxOutboxFrames = 1_024;
    public const int MaxOutboxBytes = 1024 * 1024;

    /// <summary>A client that heard nothing for so long sends a ping, and waits <see cref="PongSeconds"/> for any frame.</summary>
    public const int PingSeconds = 10;
    public const int PongSeconds = 5;

    /// <summary>A node sends a WebSocket ping so often, and drops a connection that has not answered within <see cref="SocketPongSeconds"/>.</summary>
    public const int SocketPingSeconds = 30;
    public const int SocketPongSeconds = 15;

    public const int MaxBadFramesPerMinute = 20;

    /// <summary>Sends without an ack that a client has under way on one connection at most.</summary>
    public const int MaxUnackedSends = 32;

    /// <summary>So many frames that come after a <see cref="ErrorCodes.SlowDown"/> are taken for those that were under way when it was told.</summary>
    public const int MaxFramesUnderWay = 100;

    /// <summary>A connection that did not wait after <see cref="ErrorCodes.SlowDown"/>, with so many frames within a minute, is closed with <see cref="CloseCodes.TooFast"/>.</summary>
    public const int MaxSlowDownsPerMinute = 500;

    public const int MaxApiKeys = 10;
    public const int MaxApiKeyNameChars = 64;
    public const int MaxReasonChars = 500;
    public const int MaxNicknameElements = 16;
    public const int MaxBriefElements = 128;
    public const int MinPasswordChars = 6;
    public const int MaxPasswordChars = 128;
    public const int TicketSeconds = 30;
    public const int TypingIntervalSeconds = 2;
}
