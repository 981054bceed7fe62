using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Im.Client;
using Im.Protocol;
using Im.Tests.Fixtures;

namespace Im.Tests.Conformance;

/// <summary>Plays a transcript's clients (<c>docs/conformance/README.md</c>) against a server, and compares what comes.</summary>
/// <param name="web">Where requests go.</param>
/// <param name="door">Where WebSockets are opened: the same, or a node's own address.</param>
/// <param name="version">Of the protocol, which connections offer where a step says nothing else.</param>
internal sealed class TranscriptRun(Uri web, Uri door, int version) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Values _values = new();
    private readonly Dictionary<string, Web.Browser> _browsers = [];
    private readonly Dictionary<string, TranscriptSocket> _sockets = [];

    /// <summary>Who is there already, such as an administrator.</summary>
    public void Add(string name, Web.Browser browser) => _browsers.Add(name, browser);

    public Task PlayAsync(JsonObject step) => step switch
    {
        _ when step["http"] is { } who => AskAsync($"{who}", step),
        _ when step["open"] is { } name => OpenAsync($"{name}", step),
        _ when step["client"] is { } name => SayAsync(_sockets[$"{name}"], step),
        _ when step["node"] is { } name => HearAsync(_sockets[$"{name}"], step),
        _ when step["close"] is { } name => _sockets[$"{name}"].Raw.CloseAsync((int)step["code"]!),
        _ when step["closed"] is { } name => IsClosedAsync(_sockets[$"{name}"], step),
        _ => throw new InvalidOperationException("There is no such step."),
    };

    public async ValueTask DisposeAsync()
    {
        foreach (var socket in _sockets.Values)
            await socket.DisposeAsync();
        foreach (var browser in _browsers.Values)
            browser.Dispose();
    }

    private Web.Browser BrowserOf(string name)
    {
        var who = name.Split('/')[0];
        return _browsers.TryGetValue(who, out var browser) ? browser : _browsers[who] = new(web);
    }

    private async Task AskAsync(string who, JsonObject step)
    {
        if (step["until"] is { } until)
        {
            await Eventually.TrueAsync(async () =>
            {
                var asked = _values.FillText($"{step["request"]}").Split(' ', 2);
                var came = await BrowserOf(who).SendAsync(Web.Browser.Request(new(asked[0]), asked[1], null));
                if ((int)came.Status == (int)step["answer"]! && _values.Fits(until, JsonNode.Parse(came.Text)))
                    return true;
                await Task.Delay(500); // as a client would: searches have a rate
                return false;
            }, seconds: 30, expected: until.ToJsonString());
            return;
        }
        var request = _values.FillText($"{step["request"]}").Split(' ', 2);
        for (var i = Times(step); i > 0; i--)
        {
            var message = Web.Browser.Request(new(request[0]), request[1], step["bodyBytes"] is { } bytes ? new ByteArrayContent(Convert.FromBase64String($"{bytes}")) : step["body"] is { } body ? _values.Fill(body) : null);
            foreach (var (name, value) in step["headers"]?.AsObject() ?? [])
            {
                message.Headers.Remove(name);
                if (value is not null)
                    message.Headers.Add(name, _values.FillText($"{value}"));
            }
            var answer = await BrowserOf(who).SendAsync(message);
            Assert.True((int)answer.Status == (int)step["answer"]!, $"{(int)answer.Status} {answer.Text}");
            if (step["expect"] is { } expected)
                Assert.True(_values.Fits(expected, JsonNode.Parse(answer.Text)), answer.Text);
        }
    }

    private async Task OpenAsync(string name, JsonObject step)
    {
        var browser = BrowserOf(name);
        var status = (int?)step["answer"] ?? 101;
        string[] offers = step["offers"] is JsonArray named ? [.. named.Select(offer => _values.FillText($"{offer}"))] : [$"im.v{version}"];
        var negotiated = offers.Contains(ProtocolLimits.SubProtocol) ? 2 : 1;
        if (_sockets.Remove(name, out var former))
            await former.DisposeAsync();
        try
        {
            var at = step["at"] is { } address ? new Uri(_values.FillText($"{address}")) : null;
            _sockets[name] = new(name, await RawConnection.OpenAsync(at ?? RawConnection.AddressOf(door), at is null && browser.Token is { } token ? $"im_session={token}" : null, options =>
            {
                foreach (var offer in offers.Except([negotiated == 1 ? ProtocolLimits.SubProtocolOne : ProtocolLimits.SubProtocol])) // which is offered anyway
                    options.AddSubProtocol(offer);
                foreach (var (header, value) in step["headers"]?.AsObject() ?? [])
                    options.SetRequestHeader(header, _values.FillText($"{value}"));
            }, version: negotiated), negotiated);
            Assert.Equal(101, status);
        }
        catch (ImException refused) when (status != 101)
        {
            Assert.Equal(status, refused.StatusCode);
        }
    }

    private async Task SayAsync(TranscriptSocket socket, JsonObject step)
    {
        if (step["until"] is { } until)
        {
            await Eventually.TrueAsync(async () =>
            {
                var frame = _values.Fill(step["frame"])!;
                await socket.Raw.SendTextAsync(frame.ToJsonString());
                return _values.Fits(until, await socket.TakeAsync(came => $"{came["id"]}" == $"{frame["id"]}" && $"{came["type"]}" is not ("message" or "event"), Patience));
            }, expected: until.ToJsonString());
            return;
        }
        var (bytes, type) = step switch
        {
            _ when step["frame"] is { } one => (Encoding.UTF8.GetBytes(Checked(socket, _values.Fill(one)!, step).ToJsonString()), WebSocketMessageType.Text),
            _ when step["text"] is { } text => (Encoding.UTF8.GetBytes(_values.FillText($"{text}")), WebSocketMessageType.Text),
            _ when step["textBytes"] is { } text => (Convert.FromBase64String($"{text}"), WebSocketMessageType.Text),
            _ => (Convert.FromBase64String($"{step["binaryBytes"]}"), WebSocketMessageType.Binary),
        };
        try
        {
            for (var i = Times(step); i > 0; i--)
                await socket.Raw.SendBytesAsync(bytes, type);
        }
        catch (ImException) when (Times(step) > 1)
        {
            // The node has closed meanwhile, as the next step says.
        }
    }

    private async Task HearAsync(TranscriptSocket socket, JsonObject step)
    {
        if (step["not"] is { } unwanted)
            Assert.False(socket.Has(came => _values.Fits(unwanted, came)), $"{unwanted.ToJsonString()} came.");
        else if (step["next"]?.GetValue<bool>() == true)
            Assert.True(await socket.TakeAsync(_ => true, Patience) is { } next && _values.Fits(step["frame"], next));
        else
            await socket.TakeAsync(came => _values.Fits(step["frame"], came), Patience);
    }

    private async Task IsClosedAsync(TranscriptSocket socket, JsonObject step)
    {
        await socket.Ended.WaitAsync(Patience);
        Assert.Equal((int)step["code"]!, socket.Raw.CloseCode);
        if (step["reason"] is { } reason)
            Assert.Equal($"{reason}", socket.Raw.CloseReason);
    }

    // Frames that are meant to be refused say so.
    private static JsonNode Checked(TranscriptSocket socket, JsonNode frame, JsonObject step)
    {
        Assert.Equal(step["valid"]?.GetValue<bool>() ?? true, socket.Schema.IsValid("client", frame));
        return frame;
    }

    private static int Times(JsonObject step) => (int?)step["times"] ?? 1;
}
