using System.Text;

namespace Im.Core.People;

/// <summary>A place in the directory. Clients take it as opaque.</summary>
public sealed record NameCursor(string Name)
{
    private const int MaxChars = 2_048;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static bool TryParse(string text, out NameCursor? cursor)
    {
        cursor = null;
        try
        {
            if (text.Length <= MaxChars && Strict.GetString(Convert.FromHexString(text)) is var name && !name.Contains('\0'))
                cursor = new(name);
        }
        catch (Exception e) when (e is FormatException or DecoderFallbackException)
        {
        }
        return cursor is not null;
    }

    public override string ToString() => Convert.ToHexString(Encoding.UTF8.GetBytes(Name));
}
