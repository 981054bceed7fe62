using Npgsql;

namespace Im.Core.Data;

/// <summary>
/// A query about one of many, asked by many at the same moment, as when a node's clients connect anew: what is asked while an answer is under way goes to Postgres together, as one
/// query for all of it. So each answer is of a moment after its question.
/// </summary>
/// <param name="sql">$1 is an array of ids; the first column says which of them a row is about.</param>
internal sealed class GatheredQuery<T>(StoreReader reader, string sql, Func<NpgsqlDataReader, T> read)
{
    private const int MaxAtOnce = 100;

    private readonly Lock _gate = new();
    private readonly Queue<Question> _waiting = [];
    private bool _isAsking;

    /// <returns>The rows about this one.</returns>
    /// <exception cref="StoreUnavailableException"/>
    public Task<IReadOnlyList<T>> AskAsync(Guid id)
    {
        var question = new Question(id);
        lock (_gate)
        {
            _waiting.Enqueue(question);
            if (_isAsking)
                return question.Answer.Task;
            _isAsking = true;
        }
        _ = AskAllAsync();
        return question.Answer.Task;
    }

    private async Task AskAllAsync()
    {
        while (TakeSome() is { Count: > 0 } questions)
            try
            {
                var rows = await reader.QueryAsync(sql, [questions.Select(question => question.Id).Distinct().ToArray()], ReadAsync, CancellationToken.None);
                foreach (var question in questions)
                    question.Answer.TrySetResult([.. rows[question.Id]]);
            }
            catch (Exception exception)
            {
                foreach (var question in questions)
                    question.Answer.TrySetException(exception);
            }
    }

    private List<Question> TakeSome()
    {
        lock (_gate)
        {
            var questions = new List<Question>(Math.Min(_waiting.Count, MaxAtOnce));
            while (questions.Count < MaxAtOnce && _waiting.TryDequeue(out var question))
                questions.Add(question);
            _isAsking = questions.Count > 0;
            return questions;
        }
    }

    private async Task<ILookup<Guid, T>> ReadAsync(NpgsqlDataReader rows)
    {
        var found = new List<(Guid Id, T Row)>();
        while (await rows.ReadAsync())
            found.Add((rows.GetGuid(0), read(rows)));
        return found.ToLookup(row => row.Id, row => row.Row);
    }

    private sealed record Question(Guid Id)
    {
        public TaskCompletionSource<IReadOnlyList<T>> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
