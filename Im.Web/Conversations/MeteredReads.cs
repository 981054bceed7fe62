using System.Net.Mime;
using System.Text.Json;
using Im.Core.Limits;
using Im.Web.Http;
using Im.Web.Sessions;
using Microsoft.Extensions.Options;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace Im.Web.Conversations;

/// <summary>Answers reads while their reader's budget lasts (<see cref="ReadBudget"/>), and counts the bytes that go out.</summary>
internal sealed class MeteredReads(ReadBudget budget, IOptions<JsonOptions> json)
{
    public async Task<IResult> AnswerAsync<T>(HttpContext context, Func<Task<T>> read)
    {
        var owner = CurrentSession.Of(context)?.Session.UserId is { } user ? $"{user:N}" : AddressKey.Of(context.Connection.RemoteIpAddress);
        if (budget.Wait(owner) is { } wait)
            return (ProblemKind.SlowDown with { RetryAfter = wait }).Because("Too much was read.");
        var answer = JsonSerializer.SerializeToUtf8Bytes(await read(), json.Value.SerializerOptions);
        budget.Charge(owner, answer.Length);
        return TypedResults.Bytes(answer, $"{MediaTypeNames.Application.Json}; charset=utf-8");
    }
}
