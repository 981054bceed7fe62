using System.Text;
using Im.Protocol;

namespace Im.Client.Requests;

/// <summary>The node's rules for a post, checked before it is sent: what it would refuse as no frame, and what would close the connection, never leaves.</summary>
internal static class PostRules
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <exception cref="ArgumentException">The id.</exception>
    /// <exception cref="ImException"/>
    public static void Check(PostFrame frame, int maxFrameBytes)
    {
        if (frame.Id!.Length is 0 or > ProtocolLimits.MaxIdChars)
            throw new ArgumentException($"An id has 1 to {ProtocolLimits.MaxIdChars} characters.", nameof(frame));
        var bytes = ProtocolJson.Write(frame);
        if (bytes.Length > maxFrameBytes)
            throw new ImException(ErrorCodes.BadContent, $"A post has at most {maxFrameBytes} bytes.");
        if (ClientFrameReader.Read(bytes, ProtocolLimits.Version).Error is { } error)
            throw new ImException(error.Code, error.Message);
    }

    /// <exception cref="ImException"/>
    public static void CheckText(string text, int maxTextChars)
    {
        if (text.Length > maxTextChars)
            throw new ImException(ErrorCodes.TextTooLong, $"A text has at most {maxTextChars} characters.");
        if (text.Contains('\0') || !IsUnicode(text))
            throw new ImException(ErrorCodes.TextInvalid, "A text has no U+0000 and no half of a surrogate pair.");
        if (!VisibleText.IsIn(text))
            throw new ImException(ErrorCodes.TextEmpty, "A text has something visible.");
    }

    private static bool IsUnicode(string text)
    {
        try
        {
            return Strict.GetByteCount(text) >= 0;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }
}
