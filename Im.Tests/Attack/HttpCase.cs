using System.Text;

namespace Im.Tests.Attack;

/// <summary>One request as it goes over the wire, and as <c>Corpus/*.http</c> keeps it: method and target, headers, an empty line, the body, all in Latin-1, so that any byte can be in it.</summary>
internal sealed record HttpCase(string Method, string Target, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body)
{
    private static readonly UriCreationOptions AsItIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    public static HttpCase Parse(byte[] file)
    {
        var text = Encoding.Latin1.GetString(file);
        var end = text.IndexOf("\n\n", StringComparison.Ordinal);
        var head = text[..end].Split('\n');
        var first = head[0].Split(' ', 2);
        return new(first[0], first[1], [.. head[1..].Select(line => line.Split(": ", 2)).Select(pair => (pair[0], pair[1]))], file[(end + 2)..]);
    }

    public override string ToString() =>
        $"{Method} {Target}\n{string.Concat(Headers.Select(header => $"{header.Name}: {header.Value}\n"))}\n{Encoding.Latin1.GetString(Body)}";

    /// <param name="keys">What stands for <c>$cookie</c> and <c>$token</c>.</param>
    public HttpRequestMessage ToRequest(Uri address, (string Cookie, string Token) keys)
    {
        var request = new HttpRequestMessage(new(Method), new Uri($"{address.GetLeftPart(UriPartial.Authority)}{Target}", AsItIs));
        if (Body.Length > 0)
            request.Content = new ByteArrayContent(Body);
        foreach (var (name, value) in Headers)
            if (name == "Content-Type")
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            else
                request.Headers.TryAddWithoutValidation(name, value.Replace("$cookie", keys.Cookie, StringComparison.Ordinal).Replace("$token", keys.Token, StringComparison.Ordinal));
        return request;
    }
}
