using Im.Client;
using Im.Client.Chat;
using Im.Protocol;
using Im.Protocol.Kinds;

/// <summary>
/// A bot on our client: logs in, joins a room by an invitation link, welcomes who joins, answers <c>/count</c> with how many lines it has heard, and ends when its session is signed out.
/// A command is a text like others. In a project of one's own: <c>await RoomBot.RunAsync(new("https://chat.example"), "room-bot", password, link);</c>
/// </summary>
public static class RoomBot
{
    public static async Task RunAsync(Uri chat, string nickname, string password, string link)
    {
        await using var im = new ImClient(new() { BaseAddress = chat, Bearer = new BearerToken() });
        using var over = new CancellationTokenSource();
        im.ConnectionChanged += change =>
        {
            Console.WriteLine($"{change.State} {change.CloseCode}");
            if (change.State == ConnectionState.Closed)
                over.Cancel();
        };
        await im.LoginAsync(nickname, password);
        await im.ConnectAsync();
        var room = (await im.Rooms.JoinByLinkAsync(link)).Room.Conversation;
        var lines = 0;
        try
        {
            await foreach (var e in im.ReadEventsAsync(over.Token))
            {
                if (e.Conversation != room || e.Line is null || e.From.Id == im.User?.Id)
                    continue; // the lobby, a reaction, or its own
                lines++;
                if (e.Text == "/count")
                    await im.SendAsync(room, $"{lines} lines", replyTo: e.Line);
                else if (e.Kind == KindNames.Member && e.ContentAs(ProtocolJson.Wire.MemberContent) is { What: MemberDeeds.Joined } joined)
                    await im.SendAsync(room, $"Welcome, {joined.Nickname}!");
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
